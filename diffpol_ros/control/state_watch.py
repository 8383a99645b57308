"""How long ago the robot last ticked, told by its stamps moving rather than by comparing two clocks."""

from diffpol_ros.core.types import RobotState


class StateWatch:
    """Remembers when the robot's stamp last moved."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._stamp_ns: int | None = None
        self._moved_ns = 0

    def forget(self) -> None:
        """Begin again, as after a simulation's reset."""
        self._stamp_ns = None

    def observe(self, now_ns: int, state: RobotState, armed: bool = True) -> int:
        """Return the age of `state` in [ns] at `now_ns`: since the newest stamp was first seen.

        Of the very first state nothing else is known than its stamp, so there the clocks are compared. While `armed` a
        stamp that goes back is no tick: old states that come again and again would be fresh for ever. Otherwise it
        is a first one, as of a robot that was started anew.
        """
        if self._stamp_ns is None or (state.stamp_ns < self._stamp_ns and not armed):
            self._stamp_ns, self._moved_ns = state.stamp_ns, min(state.stamp_ns, 2 * now_ns - state.stamp_ns)
        elif state.stamp_ns > self._stamp_ns:
            self._stamp_ns, self._moved_ns = state.stamp_ns, now_ns
        return now_ns - self._moved_ns
