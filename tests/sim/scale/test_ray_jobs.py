"""Seeds over Ray: each command runs in a worker, and what Ctrl-C does reaches it there."""

import sys
import time
from collections import deque
from pathlib import Path

import pytest

from sim.scale.cluster import cluster
from sim.scale.jobs import RayJob
from sim.scale.seeds import Fleet, SeededRun
from sim.terminal import StopRequest

pytest.importorskip("ray", reason="Ray is an extra: pip install ray")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WAITS = "import pathlib, sys, time; folder = pathlib.Path(sys.argv[1])\n"
WAITS += "print('begun')\ntry:\n time.sleep(100)\nexcept KeyboardInterrupt:\n (folder / 'stopped').touch()\n"


def run_of(folder: Path, seed: int, program: str) -> SeededRun:
    return SeededRun(seed, (sys.executable, "-c", program, str(folder / f"seed{seed}")), folder / f"seed{seed}")


def test_runs_finish_fail_and_are_stopped_as_on_this_machine(tmp_path: Path):
    with cluster("", cpus=2) as ray:
        programs = ("print('well')", "raise SystemExit('not well')")
        runs = [run_of(tmp_path, seed, program) for seed, program in enumerate(programs)]
        fleet = Fleet(lambda command, said: RayJob(ray, command, said), deque(runs), 2, look_every=0.1)
        fleet.work(StopRequest())
        assert [run.seed for run in fleet.finished] == [0] and fleet.failed[0][0].seed == 1
        assert runs[0].said.read_text() == "well\n" and "not well" in runs[1].said.read_text()

        waiting, stop = run_of(tmp_path, 2, WAITS), StopRequest()
        fleet = Fleet(lambda command, said: RayJob(ray, command, said), deque([waiting]), 1, look_every=0.1)

        def ask(_: Fleet) -> None:
            if waiting.said.exists() and "begun" in waiting.said.read_text():
                stop.asked = True

        before = time.monotonic()
        fleet.work(stop, ask)
        assert (waiting.folder / "stopped").exists() and time.monotonic() - before < 99.0
