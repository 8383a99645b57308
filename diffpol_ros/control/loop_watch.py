"""Whether a loop whose calls to the robot may hang still turns, asked from outside of it."""

from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns, to_seconds


class LoopWatch:
    """Knows since when a tick has been waiting; all times are in [ns] of one steady clock."""

    def __init__(self, late_s: float, lost_s: float) -> None:
        """Take a tick as late after `late_s` [s] and its robot as lost after `lost_s` [s]."""
        self._late_ns, self._lost_ns = to_ns(late_s), to_ns(lost_s)
        self._began_ns: int | None = None

    def began(self, now_ns: int) -> None:
        """Take note that a tick has begun."""
        self._began_ns = now_ns

    def ended(self) -> None:
        """Take note that it has ended."""
        self._began_ns = None

    def overdue(self, now_ns: int) -> Hold | Stop | None:
        """Return what to make of a tick that hangs, or None while none does."""
        began_ns = self._began_ns
        if began_ns is None or now_ns - began_ns <= self._late_ns:
            return None
        waited = f"the robot has not answered for {to_seconds(now_ns - began_ns):.2f} s"
        return Stop("robot_lost", waited) if now_ns - began_ns > self._lost_ns else Hold("robot_late", waited)
