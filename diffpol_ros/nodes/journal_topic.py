"""The journal of a stage as a topic: its head at once and again and again, and its lines beside the stage's work."""

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import String

from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.nodes.quality import JOURNAL

PERIOD_S = 0.05
HEAD_PERIOD_S = 10.0


class JournalTopic:
    """Publishes what a journal, which has begun, takes down: twenty times a second, and what is left at the end."""

    def __init__(self, node: Node, journal: Journal, topic: str) -> None:
        """Publish `journal` as `node` on `topic`."""
        self._node, self._journal = node, journal
        self._publisher = node.create_publisher(String, topic, JOURNAL)
        self._publish([journal.head])
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        # A bag that begins later, or is cut, must know whose lines they are.
        periods = ((PERIOD_S, self.flush), (HEAD_PERIOD_S, lambda: self._publish([journal.head])))
        self._timers = [node.create_timer(period_s, callback, clock=clock) for period_s, callback in periods]

    def flush(self) -> None:
        """Publish what was written since the last time."""
        self._publish(self._journal.take())

    def close(self) -> None:
        """Publish what is left, and no more."""
        self.flush()
        for timer in self._timers:
            self._node.destroy_timer(timer)
        self._node.destroy_publisher(self._publisher)

    def _publish(self, lines: list[str]) -> None:
        if lines:
            self._publisher.publish(String(data="\n".join(lines)))
