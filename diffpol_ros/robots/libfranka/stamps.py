"""The robot's own milliseconds as stamps on the host's wall clock."""

from diffpol_ros.core.clock import Clock

MILLISECOND = 1_000_000
WINDOW_NS = 200_000_000
JUMP_NS = 1_000_000_000


class RobotTime:
    """Stamps a tick with the robot's time plus the smallest delay with which ticks were seen of late.

    The robot counts milliseconds since its start. A tick is seen late, never early, so the offset between its clock
    and the host's is the smallest difference seen; that of the present and the last `WINDOW_NS` follows a drift.
    Stamps move only with ticks and increase with them, but where the host's clock was set by more than `JUMP_NS`
    or the robot counts anew.
    """

    def __init__(self, wall: Clock) -> None:
        """Map to the time of `wall`."""
        self._wall = wall
        self._tick_ms, self._stamp_ns = -1, 0
        self._least_ns = self._least_before_ns = 0
        self._window_began_ns = 0

    def stamp_ns(self, tick_ms: int) -> int:
        """Return the stamp [ns] of the tick at `tick_ms` of the robot's time [ms], which was seen just now."""
        if tick_ms == self._tick_ms:
            return self._stamp_ns
        now_ns = self._wall.now_ns()
        difference_ns = now_ns - tick_ms * MILLISECOND
        offset_ns = min(self._least_ns, self._least_before_ns)
        if self._tick_ms < 0 or tick_ms < self._tick_ms or abs(difference_ns - offset_ns) > JUMP_NS:
            self._begin(now_ns, difference_ns)
        elif now_ns - self._window_began_ns > WINDOW_NS:
            self._window_began_ns = now_ns
            self._least_before_ns, self._least_ns = self._least_ns, difference_ns
        self._least_ns = min(self._least_ns, difference_ns)
        offset_ns = min(self._least_ns, self._least_before_ns)
        self._tick_ms = tick_ms
        self._stamp_ns = max(tick_ms * MILLISECOND + offset_ns, self._stamp_ns + 1)
        return self._stamp_ns

    def _begin(self, now_ns: int, difference_ns: int) -> None:
        self._window_began_ns, self._stamp_ns = now_ns, 0
        self._least_ns = self._least_before_ns = difference_ns
