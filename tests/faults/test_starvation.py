"""What a machine that is too busy is told by."""

import os
import subprocess
import sys
import time

from diffpol_ros.faults.starvation import TICK_NS, Starvation, stolen_ns

STAT = """cpu  200 0 40 900 5 0 1 30 0 0
cpu0 100 0 20 450 2 0 1 10 0 0
cpu1 100 0 20 450 3 0 0 20 0 0
intr 12 0 0
"""


def test_what_each_processor_was_away_is_read():
    assert stolen_ns(STAT) == {"cpu0": 10 * TICK_NS, "cpu1": 20 * TICK_NS}


def test_a_kernel_without_such_an_account_has_none():
    assert stolen_ns("cpu  1 2 3 4\ncpu0 1 2 3 4\n") == {}


def test_a_process_that_shares_its_processor_has_waited():
    processor = {min(os.sched_getaffinity(0))}
    both = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for each in both:
            os.sched_setaffinity(each.pid, processor)
        starvation = Starvation()
        starvation.begin([both[0].pid])
        deadline = time.monotonic() + 20.0
        while starvation.worst() < 0.1:
            assert time.monotonic() < deadline, "two processes on one processor, and neither has waited"
            time.sleep(0.02)
    finally:
        for each in both:
            each.kill()
            each.wait()
