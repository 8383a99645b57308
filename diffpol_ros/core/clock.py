"""Time is injected: code asks a Clock, never the operating system."""

import time
from typing import Protocol

NANOSECONDS = 1_000_000_000


class Clock(Protocol):
    """Anything that tells the time in integer nanoseconds."""

    def now_ns(self) -> int:
        """Return the present time in [ns]."""
        ...


class SystemClock:
    """Wall time since the epoch: what message stamps are compared with."""

    def now_ns(self) -> int:
        """Return the wall time in [ns]."""
        return time.time_ns()


class SteadyClock:
    """Time that never jumps: what deadlines and deadmen are measured with."""

    def now_ns(self) -> int:
        """Return the monotonic time in [ns]."""
        return time.monotonic_ns()


class ManualClock:
    """A clock that a test or a replay moves by hand."""

    def __init__(self, now_ns: int = 0) -> None:
        """Start at `now_ns`."""
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """Return the time last set in [ns]."""
        return self._now_ns

    def advance(self, duration_s: float) -> None:
        """Move forward by `duration_s` [s]."""
        self._now_ns += to_ns(duration_s)

    def set(self, now_ns: int) -> None:
        """Jump to `now_ns` [ns], backwards too."""
        self._now_ns = now_ns


def to_ns(duration_s: float) -> int:
    """Return a duration in [s] as integer [ns]."""
    return round(duration_s * NANOSECONDS)


def to_seconds(duration_ns: int) -> float:
    """Return a duration in [ns] as [s]."""
    return duration_ns / NANOSECONDS
