"""What the policy hears of the bridge's gate: an arm that holds waits for a chunk, not for the next one's time."""

from collections.abc import Callable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node

from diffpol_ros.control.verdict import Hold, word
from diffpol_ros.nodes.quality import EVENTS

WAITING = word(Hold("", ""))


class GateListener:
    """Tells each time the gate says that an enabled arm holds."""

    def __init__(self, node: Node, held: Callable[[], None]) -> None:
        """Listen as `node`."""
        self._node, self._held = node, held
        self._subscription = node.create_subscription(DiagnosticArray, "gate", self._on_gate, EVENTS)

    def close(self) -> None:
        """Listen no more."""
        self._node.destroy_subscription(self._subscription)

    def _on_gate(self, message: DiagnosticArray) -> None:
        statuses: list[DiagnosticStatus] = list(message.status)
        told = {each.key: each.value for status in statuses for each in status.values}
        if told.get("verdict") == WAITING and told.get("name") != "not_enabled":
            self._held()
