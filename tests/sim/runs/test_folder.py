"""A run's folder: nothing twice, nothing corrupt, and everything that is needed to tell where it came from."""

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.errors import RunError
from sim.runs.folder import RunLog, run_folder
from sim.runs.machine import Source, command_line, this_source
from sim.runs.record import About, RunRecord
from sim.runs.scalars import LOG, Scalar, read_scalars

ABOUT = About("hopper", "DPPO", 3)
KILLED = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
from sim.runs.folder import RunLog
from sim.runs.record import About
log = RunLog(Path(sys.argv[1]), About("hopper", "DPPO", 3), events=False)
for step in range(1, 1000):
    log.scalar("loss", 1.0 / step, step)
    if step == 500:
        os.kill(os.getpid(), 9)
"""


def written(folder: Path) -> list[tuple[str, int, float]]:
    return [(scalar.name, scalar.step, scalar.value) for scalar in read_scalars(folder)]


def log_of(folder: Path, step: int = 0, seconds: float = 0.0) -> RunLog:
    return RunLog(folder, ABOUT, step=step, seconds=seconds, events=False)


def interrupted(run: RunLog) -> None:
    with run as log:
        log.scalar("loss", 1.0, 7)
        raise KeyboardInterrupt


def test_what_is_logged_can_be_read(tmp_path: Path):
    with log_of(tmp_path) as log:
        log.scalar("loss", 0.5, 1)
        log.scalar("success", math.nan, 1)
        assert written(tmp_path)[0] == ("loss", 1, 0.5)
    (name, step, value) = written(tmp_path)[1]
    assert (name, step) == ("success", 1) and math.isnan(value)
    assert all(json.loads(line, parse_constant=pytest.fail) for line in (tmp_path / LOG).read_text().splitlines())


def test_what_lies_after_the_checkpoint_is_dropped_and_nothing_stands_there_twice(tmp_path: Path):
    with log_of(tmp_path) as log:
        for step in (1, 2, 3, 4):
            log.scalar("loss", step, step)
        log.scalar("success", 0.2, 2)
    with log_of(tmp_path, step=2, seconds=100.0) as log:
        log.scalar("success", 0.9, 2)
        log.scalar("loss", 30.0, 3)
    assert written(tmp_path) == [("loss", 1, 1.0), ("loss", 2, 2.0), ("success", 2, 0.2), ("loss", 3, 30.0)]
    assert read_scalars(tmp_path)[-1].seconds >= 100.0
    sessions = RunRecord.load(tmp_path).sessions
    assert [(session.first_step, session.last_step) for session in sessions] == [(0, 4), (2, 3)]


def test_a_run_that_begins_again_without_a_checkpoint_forgets_the_first(tmp_path: Path):
    for value in (1.0, 2.0):
        with log_of(tmp_path) as log:
            log.scalar("loss", value, 0)
    assert written(tmp_path) == [("loss", 0, 2.0)]
    assert len(RunRecord.load(tmp_path).sessions) == 1


def test_a_killed_process_leaves_all_but_perhaps_its_last_line(tmp_path: Path):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, env={**os.environ})
    assert killed.returncode == -signal.SIGKILL
    assert [step for _, step, _ in written(tmp_path)] == list(range(1, 501))
    assert RunRecord.load(tmp_path).sessions[0].state == "running"
    with (tmp_path / LOG).open("a") as stream:
        stream.write('{"name": "loss", "st')
    assert len(written(tmp_path)) == 500
    with log_of(tmp_path, step=400) as log:
        log.scalar("loss", 0.0, 401)
    assert [step for _, step, _ in written(tmp_path)] == list(range(1, 402))


def test_a_line_that_is_no_scalar_is_named(tmp_path: Path):
    (tmp_path / LOG).write_text(Scalar("loss", 1, 0.0, 1.0).line() + '{"step": 2}\n' + "half")
    with pytest.raises(RunError, match=r"log.jsonl, line 2: is no scalar \(KeyError: 'value'\)"):
        read_scalars(tmp_path)


def test_the_record_says_what_ran_where_and_how_it_ended(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        interrupted(log_of(tmp_path))
    record = RunRecord.load(tmp_path)
    session = record.sessions[0]
    assert record.about == ABOUT and session.state == "stopped" and session.last_step == 7
    assert session.machine.cores >= 1 and session.machine.memory_gib > 0.1 and session.machine.cpu
    assert {"python", "torch", "numpy"} <= set(session.versions) and session.command
    assert session.started <= session.ended and session.cpu_seconds >= 0.0


def test_a_run_that_was_stopped_between_two_steps_says_so(tmp_path: Path):
    with log_of(tmp_path) as log:
        log.close("stopped")
    assert RunRecord.load(tmp_path).sessions[0].state == "stopped"


def test_another_run_s_folder_is_not_gone_on_with(tmp_path: Path):
    log_of(tmp_path).close()
    with pytest.raises(RunError, match="name another --output"):
        RunLog(tmp_path, About("hopper", "Gaussian", 3), step=1, events=False)
    with pytest.raises(RunError, match=r"holds no run\.json"):
        RunRecord.load(tmp_path / "elsewhere")


def test_tensorboard_gets_the_scalars_too(tmp_path: Path):
    with RunLog(tmp_path, ABOUT) as log:
        log.scalar("loss", 1.0, 1)
    assert list(tmp_path.glob("events.out.*"))


def test_the_command_names_what_lies_here_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    inside, elsewhere = str(tmp_path / "results" / "seed0"), f"/elsewhere{tmp_path}/seed0"
    monkeypatch.setattr(sys, "argv", ["improve.py", "--output", inside, f"--data={inside}", elsewhere, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=SimpleNamespace(name="sim.improve.__main__")))
    named = ("--output", "results/seed0", "--data=results/seed0", elsewhere, str(tmp_path))
    assert command_line() == ("python", "-m", "sim.improve", *named)


def test_the_commit_is_that_of_the_checkout_and_unknown_outside(tmp_path: Path):
    assert len(this_source().commit) == 40
    assert this_source(tmp_path) == Source("unknown: not a git checkout", dirty=True)


def test_folders_of_runs_are_named_after_task_method_and_seed():
    assert run_folder("hopper", "dppo") == Path("results/hopper/dppo")
    assert run_folder("hopper", "dppo", 2) == Path("results/hopper/dppo/seed2")
