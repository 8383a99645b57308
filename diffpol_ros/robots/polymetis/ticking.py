"""Whether the robot behind a server ticks: its stamps are the only thing that tells."""

from diffpol_ros.core.clock import Clock, to_seconds

# A robot that stands still for longer than this [s] is lost. The gate holds long before, and its own Stop comes after.
FROZEN_SECONDS = 0.2


class Ticking:
    """Remembers the newest stamp of the robot and when it was first seen."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing seen; `clock` is a steady one."""
        self._clock = clock
        self._stamp_ns = -1
        self._seen_ns = clock.now_ns()

    def see(self, stamp_ns: int) -> None:
        """Take note of a stamp."""
        if stamp_ns != self._stamp_ns:
            self._stamp_ns, self._seen_ns = stamp_ns, self._clock.now_ns()

    @property
    def stood_s(self) -> float:
        """Return for how long no new stamp was seen [s]."""
        return to_seconds(self._clock.now_ns() - self._seen_ns)

    @property
    def frozen(self) -> bool:
        """Return whether that is too long."""
        return self.stood_s > FROZEN_SECONDS

    def robot_time_ns(self) -> int:
        """Return what the robot's clock shows now, as far as can be told from here [ns]."""
        return self._stamp_ns + self._clock.now_ns() - self._seen_ns
