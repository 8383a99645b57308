"""A wall clock that a fault sets."""

from diffpol_ros.core.clock import SystemClock, to_ns


class ShiftedClock:
    """The system's time, and what it was set forward by."""

    def __init__(self) -> None:
        """Begin right."""
        self._system = SystemClock()
        self._shift_ns = 0

    def now_ns(self) -> int:
        """Return the time in [ns]."""
        return self._system.now_ns() + self._shift_ns

    def jump(self, by_s: float) -> None:
        """Set it forward by `by_s` [s]; backwards where that is negative."""
        self._shift_ns += to_ns(by_s)
