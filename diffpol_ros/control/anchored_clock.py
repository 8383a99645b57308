"""Time in the domain of message stamps that cannot jump while the arm moves."""

from diffpol_ros.control.verdict import Hold
from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock, to_ns, to_seconds

LARGEST_DRIFT_NS = to_ns(0.25)
SETTLING_NS = to_ns(0.3)


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
        self._off_ns: int | None = None
        self._offset_ns = self._system.now_ns() - self._steady.now_ns()

    @property
    def drift_ns(self) -> int:
        """How far the system's time has stepped away since the last `anchor` [ns]."""
        return self._system.now_ns() - self.now_ns()

    def judge(self) -> Hold | None:
        """Return why an arm enabled at the last `anchor` must not move, or None."""
        drift_ns, now_ns = self.drift_ns, self._steady.now_ns()
        if abs(drift_ns) > LARGEST_DRIFT_NS:
            self._off_ns = now_ns
            stepped = f"the system clock has stepped by {to_seconds(drift_ns):+.2f} s since the arm was enabled"
            return Hold("clock", f"{stepped}: set it right; or stop, reset and enable")
        # Whoever stamps by that clock needs a moment to come back too: until then the arm still holds.
        if self._off_ns is not None and now_ns - self._off_ns < SETTLING_NS:
            return Hold("clock", "the system clock was set right only a moment ago")
        self._off_ns = None
        return None

    def now_ns(self) -> int:
        """Return the anchored time in [ns]."""
        return self._steady.now_ns() + self._offset_ns
