"""Time in the domain of message stamps that cannot jump while the arm moves."""

from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock


class AnchoredClock:
    """The steady clock, set to the system's time at the last `anchor`.

    A step of the system clock by NTP or by hand then shows as `drift_ns`, which holds the arm, instead of moving its
    deadlines.
    """

    def __init__(self, system: Clock | None = None, steady: Clock | None = None) -> None:
        """Anchor now."""
        self._system, self._steady = system or SystemClock(), steady or SteadyClock()
        self.anchor()

    def anchor(self) -> None:
        """Take over the system's time, as when the arm is enabled."""
        self._offset_ns = self._system.now_ns() - self._steady.now_ns()

    @property
    def drift_ns(self) -> int:
        """How far the system's time has stepped away since the last `anchor` [ns]."""
        return self._system.now_ns() - self.now_ns()

    def now_ns(self) -> int:
        """Return the anchored time in [ns]."""
        return self._steady.now_ns() + self._offset_ns
