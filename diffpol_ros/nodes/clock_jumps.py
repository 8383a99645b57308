"""Tells a node when its time goes back, or leaps ahead on /clock, as where a bag is played in a loop."""

from collections.abc import Callable

from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node

from diffpol_ros.core.clock import to_seconds

# Longer than anything is trusted unseen; what is less is time in which nothing was heard.
LEAP_S = 2.0


class ClockJumps:
    """A jump of /clock is told in the thread that hears it, before anything of the new time."""

    def __init__(self, node: Node, jumped: Callable[[str], None]) -> None:
        """Watch the clock of `node`; `jumped` is told in words what it did."""
        self._time, self._jumped = node.get_clock(), jumped
        self._seen_ns = self._now_ns()
        forward, back = Duration(nanoseconds=round(LEAP_S * 1e9)), Duration(nanoseconds=-1)
        threshold = JumpThreshold(min_forward=forward, min_backward=back, on_clock_change=False)
        self._handle = self._time.create_jump_callback(threshold, post_callback=self._on_jump)

    def look(self, now_ns: int) -> None:
        """Notice that the system's time was set back, of which ROS tells nobody; to be called again and again."""
        back_ns, self._seen_ns = self._seen_ns - now_ns, now_ns
        if back_ns > 0:
            self._jumped(f"the clock stepped back by {to_seconds(back_ns):.3f} s")

    def close(self) -> None:
        """Watch no more."""
        self._handle.unregister()

    def _now_ns(self) -> int:
        return int(self._time.now().nanoseconds)

    def _on_jump(self, jump: TimeJump) -> None:
        delta_ns = jump.delta.nanoseconds
        self._seen_ns = self._now_ns()
        if self._seen_ns == delta_ns:
            # The first time that is heard of: nothing was before.
            return
        what = "stepped back" if delta_ns < 0 else "leapt ahead"
        self._jumped(f"the clock {what} by {to_seconds(abs(delta_ns)):.3f} s")
