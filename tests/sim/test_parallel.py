"""The same work over processes."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from sim.errors import SimulationError
from sim.parallel import parallel
from tests.waiting import wait_until


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order_of_their_seeds(processes: int):
    assert list(parallel(partial, abs, [-3, 2, -1], processes)) == [3, 2, 1]


def test_a_process_that_is_killed_is_an_error_with_a_cure():
    with pytest.raises(SimulationError, match=r"one of 2 processes has ended; .*: run fewer at a time"):
        list(parallel(partial, os._exit, [9], 2))


KILLED_AT_WORK = """
import os, signal
from functools import partial
from sim.parallel import parallel

def work(folder, seed):
    open(f"{folder}/{os.getpid()}", "w").close()
    signal.pause()

if __name__ == "__main__":
    list(parallel(partial(partial, work), "FOLDER", [0, 1], 2))
"""


def test_no_process_outlives_the_one_that_is_killed(tmp_path: Path, repository: Path):
    pids, script = tmp_path / "pids", tmp_path / "work_for_ever.py"
    pids.mkdir()
    script.write_text(KILLED_AT_WORK.replace("FOLDER", str(pids)), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(repository)}
    parent = subprocess.Popen([sys.executable, script], env=environment)
    try:
        wait_until(lambda: len(list(pids.iterdir())) == 2, what="the work's beginning")
    finally:
        parent.kill()
        parent.wait()
    # What is left of a process that has ended has no folder.
    workers = [Path(f"/proc/{each.name}/cwd") for each in pids.iterdir()]
    try:
        wait_until(lambda: not any(worker.exists() for worker in workers), what="the end of those who work for nobody")
    finally:
        for worker in workers:
            if worker.exists():
                os.kill(int(worker.parent.name), signal.SIGKILL)
