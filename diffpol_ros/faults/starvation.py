"""For how long this machine had no processor for threads that wanted to run: what it fails then says nothing."""

import os
from collections.abc import Iterable
from pathlib import Path

from diffpol_ros.core.clock import NANOSECONDS, to_seconds

TICK_NS = NANOSECONDS // os.sysconf("SC_CLK_TCK")
STOLEN = 8
"""Which word of a processor's line in /proc/stat says how long the machine below this one kept it, in ticks."""


class Starvation:
    """Sums the scheduler's own account of waiting, thread by thread, and what each processor was not there."""

    def __init__(self) -> None:
        """Begin now, with this process."""
        self._before: dict[str, int] = {}
        self.begin()

    def begin(self, processes: Iterable[int] = ()) -> None:
        """Count from now on, for this process and `processes`."""
        self._processes = (os.getpid(), *processes)
        self._before = self._now()

    def worst(self) -> float:
        """Return for how long the thread that waited most has waited, or a processor was gone, if longer [s]."""
        now = self._now()
        return to_seconds(max((now[name] - self._before.get(name, 0) for name in now), default=0))

    def _now(self) -> dict[str, int]:
        return _waited_ns(self._processes) | stolen_ns(Path("/proc/stat").read_text(encoding="ascii"))


def stolen_ns(stat: str) -> dict[str, int]:
    """Return for how long each processor was given to other machines, from the text of /proc/stat."""
    lines = [line.split() for line in stat.splitlines() if line.startswith("cpu")]
    # The first line is of all together.
    return {words[0]: int(words[STOLEN]) * TICK_NS for words in lines[1:] if len(words) > STOLEN}


def _waited_ns(processes: Iterable[int]) -> dict[str, int]:
    waited = {}
    for process in processes:
        for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                waited[str(path)] = int(path.read_text(encoding="ascii").split()[1])
            except (OSError, ValueError, IndexError):
                # A thread that has ended, or a kernel that keeps no account.
                continue
    return waited
