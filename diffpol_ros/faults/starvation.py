"""For how long this machine had no processor for threads that wanted to run: what it fails then says nothing."""

import os
from collections.abc import Iterable
from pathlib import Path

from diffpol_ros.core.clock import to_seconds


class Starvation:
    """Sums the scheduler's own account of waiting, thread by thread."""

    def __init__(self) -> None:
        """Begin now, with this process."""
        self._before: dict[str, int] = {}
        self.begin()

    def begin(self, processes: Iterable[int] = ()) -> None:
        """Count from now on, for this process and `processes`."""
        self._processes = (os.getpid(), *processes)
        self._before = _waited_ns(self._processes)

    def worst(self) -> float:
        """Return for how long the thread that waited most has waited [s]."""
        now = _waited_ns(self._processes)
        return to_seconds(max((now[name] - self._before.get(name, 0) for name in now), default=0))


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
