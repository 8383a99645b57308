"""What estimation tells the graph of the objects: poses where there are new ones, and always how good they are."""

from collections.abc import Iterable, Sequence

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.node import Node

from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.nodes.messages import to_estimate_message
from diffpol_ros.nodes.object_status import to_status_message
from diffpol_ros.nodes.quality import EVENTS


class ObjectTopics:
    """Publishes objects/<name>/pose and objects/status."""

    def __init__(self, node: Node, frame: str, names: Sequence[str]) -> None:
        """Create the publishers on `node`, for poses in `frame` of the objects called `names`."""
        self._node, self._frame, self._names = node, frame, names
        self._poses = {
            name: node.create_publisher(PoseWithCovarianceStamped, f"objects/{name}/pose", EVENTS) for name in names
        }
        self._status = node.create_publisher(DiagnosticArray, "objects/status", EVENTS)

    def poses(self, estimates: Iterable[ObjectEstimate]) -> None:
        """Publish estimates, each stamped with its exposure."""
        for estimate in estimates:
            self._poses[estimate.name].publish(to_estimate_message(estimate, self._frame))

    def status(self, reports: Iterable[ObjectReport], now_ns: int, sight: Sight) -> None:
        """Publish how far each object's estimate can be trusted at `now_ns`, and what the cameras show."""
        self._status.publish(to_status_message(self._names, reports, now_ns, sight))

    def close(self) -> None:
        """Leave the graph."""
        for publisher in (*self._poses.values(), self._status):
            self._node.destroy_publisher(publisher)
