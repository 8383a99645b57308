"""What a node that goes first gets of a processor beside one that stands back, by each way of asking for it.

Both do nothing but count on one processor. `python -m benchmarks.standing_back`
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tyro

from diffpol_ros.graph.description import STANDS_BACK
from diffpol_ros.graph.precedence import stand_back

COUNT = "while True: pass"


@dataclass(frozen=True)
class Arguments:
    """How long to look."""

    seconds: float = 6.0


def main(arguments: Arguments) -> None:
    """Measure and print."""
    ways: dict[str, Callable[[int], None]] = {
        "nothing": lambda process: None,
        "nice of the process": lambda process: os.setpriority(os.PRIO_PROCESS, process, STANDS_BACK),
        "nice of the session, too": lambda process: stand_back(process, STANDS_BACK),
    }
    for name, ask in ways.items():
        print(f"{name:25} {advantage(ask, arguments.seconds):.2f} times as much", flush=True)


def advantage(ask: Callable[[int], None], seconds: float) -> float:
    """Return how much more one process gets than another for which `ask` asked."""
    processor = {min(os.sched_getaffinity(0))}
    both = [subprocess.Popen([sys.executable, "-c", COUNT], start_new_session=True) for _ in range(2)]
    try:
        for each in both:
            os.sched_setaffinity(each.pid, processor)
        ask(both[1].pid)
        before = [_spent(each.pid) for each in both]
        time.sleep(seconds)
        first, second = (_spent(each.pid) - past for each, past in zip(both, before, strict=True))
        return first / max(second, 1)
    finally:
        for each in both:
            each.kill()
            each.wait()


def _spent(process: int) -> int:
    """Return the time of processors that it took, in ticks."""
    numbers = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(numbers[11]) + int(numbers[12])


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
