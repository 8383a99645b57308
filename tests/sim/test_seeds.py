"""The command that runs a training under several seeds."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.errors import ScaleError
from sim.runs.record import RECORD, RunRecord
from sim.runs.scalars import LOG, read_scalars
from sim.seeds import Arguments, main
from tests.sim.algorithms.cloning import smooth

SMALL = ("--policy.network.hidden", "16", "--policy.network.blocks", "1", "--optimiser.batch-size", "4")
OFTEN = ("--log-every", "5", "--optimiser.learning-rate.warm-up", "1")


@pytest.mark.parametrize("words", [(), ("prettrain", "block")])
def test_what_is_no_training_is_refused(words: tuple[str, ...], tmp_path: Path):
    with pytest.raises(ScaleError, match="stands behind --: expected pretrain or finetune"):
        main(Arguments(words, output=tmp_path))


def begin(folder: Path, updates: int) -> subprocess.Popen[bytes]:
    data = folder / "data.zarr.zip"
    if not data.exists():
        smooth().save(data)
    training = ("pretrain", "block", "--data", str(data), "--optimiser.duration", str(updates), *SMALL, *OFTEN)
    seeds = ("--seeds", "3", "4", "--output", str(folder / "runs"), "--", *training)
    return subprocess.Popen([sys.executable, "-m", "sim.seeds", *seeds])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ctrl_c_stops_every_seed_and_the_same_command_goes_on(tmp_path: Path):
    folders = [tmp_path / "runs" / f"seed{seed}" for seed in (3, 4)]
    first, deadline = begin(tmp_path, 20_000), time.monotonic() + 300.0
    while not all((folder / LOG).exists() and read_scalars(folder) for folder in folders):
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    first.send_signal(signal.SIGINT)
    assert first.wait(200.0) == 130
    assert all((folder / "checkpoint.pt").exists() for folder in folders)
    assert [RunRecord.load(folder).sessions[-1].state for folder in folders] == ["stopped"] * 2
    assert begin(tmp_path, 20_000).wait(500.0) == 0
    for folder, seed in zip(folders, (3, 4), strict=True):
        record = RunRecord.load(folder)
        assert record.about.seed == seed and len(record.sessions) == 2
        assert record.sessions[-1].state == "finished" and (folder / RECORD).exists()
        steps = [scalar.step for scalar in read_scalars(folder) if scalar.name == "loss"]
        assert steps == list(range(5, 20_001, 5))
