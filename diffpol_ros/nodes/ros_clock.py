"""A ROS clock as the core knows clocks."""

from rclpy.clock import Clock


class RosClock:
    """Tells the time of a node's clock, /clock included."""

    def __init__(self, clock: Clock) -> None:
        """Tell the time of `clock`."""
        self._clock = clock

    def now_ns(self) -> int:
        """Return its time in [ns]."""
        return int(self._clock.now().nanoseconds)
