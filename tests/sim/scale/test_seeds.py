"""Several seeds at a time: each in a folder of its own, and Ctrl-C lets each end as it would alone."""

import signal
import sys
from collections import deque
from pathlib import Path

import pytest

from sim.errors import ScaleError
from sim.scale.jobs import LocalJob
from sim.scale.seeds import Fleet, SeededRun, complaint, seeded_runs
from sim.terminal import StopRequest

WAITS = "import time, sys, pathlib; pathlib.Path(sys.argv[1], 'begun').touch()\ntry:\n time.sleep(60)\n"
WAITS += "except KeyboardInterrupt:\n pathlib.Path(sys.argv[1], 'stopped').touch()\n"


def run_of(folder: Path, seed: int, program: str) -> SeededRun:
    folder = folder / f"seed{seed}"
    folder.mkdir()
    return SeededRun(seed, (sys.executable, "-c", program, str(folder)), folder)


def fleet_of(runs: list[SeededRun], at_once: int) -> Fleet:
    return Fleet(LocalJob, deque(runs), at_once, look_every=0.02)


def test_each_seed_has_a_command_and_a_folder_of_its_own(tmp_path: Path):
    words = ("finetune", "hopper", "--policy", "base/seed{seed}/checkpoint.pt")
    first, second = seeded_runs(words, (3, 5), tmp_path)
    assert first.command[1:] == (
        *("-m", "sim.finetune", "hopper", "--policy", "base/seed3/checkpoint.pt"),
        *("--seed", "3", "--output", str(tmp_path / "seed3")),
    )
    assert second.folder == tmp_path / "seed5" and second.progress == "seed 5: starting"


@pytest.mark.parametrize("word", ["--seed", "--output=here"])
def test_what_each_run_is_given_by_itself_is_refused(word: str, tmp_path: Path):
    with pytest.raises(ScaleError, match="leave it out"):
        seeded_runs(("finetune", word), (0,), tmp_path)
    with pytest.raises(ScaleError, match="seeds 1, 1 repeat"):
        seeded_runs(("finetune",), (1, 1), tmp_path)


def test_no_more_run_at_once_than_asked_for_and_a_failure_hinders_nobody(tmp_path: Path):
    program = "import sys, time; time.sleep(0.05); print('so it is'); sys.exit(int(sys.argv[1][-1]) == 1)"
    runs = [run_of(tmp_path, seed, program) for seed in range(4)]
    seen = []
    fleet = fleet_of(runs, at_once=2)
    fleet.work(StopRequest(), lambda fleet: seen.append(len(fleet.running)))
    assert max(seen) == 2
    assert sorted(run.seed for run in fleet.finished) == [0, 2, 3]
    [(failed, status)] = fleet.failed
    assert failed.seed == 1 and status == 1
    assert complaint(failed, status) == f"seed 1 ended with status 1; {failed.said} ends: so it is"


def test_a_stop_interrupts_each_run_once_and_begins_no_other(tmp_path: Path):
    runs, stop = [run_of(tmp_path, seed, WAITS) for seed in range(3)], StopRequest()
    fleet = fleet_of(runs, at_once=2)

    def ask(_: Fleet) -> None:
        if all((run.folder / "begun").exists() for run in runs[:2]):
            stop.asked = True

    fleet.work(stop, ask)
    assert [(run.folder / "stopped").exists() for run in runs] == [True, True, False]
    assert [run.seed for run in fleet.waiting] == [2] and len(fleet.finished) == 2


def test_it_reaches_a_run_whose_parent_ignores_interrupts(tmp_path: Path):
    run, stop = run_of(tmp_path, 0, WAITS), StopRequest()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        fleet_of([run], at_once=1).work(stop, lambda _: setattr(stop, "asked", (run.folder / "begun").exists()))
    finally:
        signal.signal(signal.SIGINT, before)
    assert (run.folder / "stopped").exists()


def test_an_error_leaves_no_process_behind(tmp_path: Path):
    fleet = fleet_of([run_of(tmp_path, 0, WAITS)], at_once=1)

    def fail(_: Fleet) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fleet.work(StopRequest(), fail)
    assert fleet.running[0][1].status() == -signal.SIGKILL
