"""Where the hand is, for whoever looks from it or at what it holds: pose and gripper joined."""

from collections.abc import Callable

from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from sensor_msgs.msg import JointState

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.estimation.tracking.hand import HandState
from diffpol_ros.nodes.messages import from_pose_message, from_stamp, gripper_width
from diffpol_ros.nodes.quality import STATES


class HandInput:
    """Hands on each end-effector pose in the robot base frame, with the newest width of the gripper."""

    def __init__(
        self, node: Node, frame: str, seen: Callable[[HandState], None], complain: Callable[[str], None]
    ) -> None:
        """Subscribe `node`; poses must be in `frame`."""
        self._node, self._frame, self._seen, self._complain = node, frame, seen, complain
        self._width: float | None = None
        self._subscriptions = [
            node.create_subscription(JointState, "joint_states", self._on_joint_states, STATES),
            node.create_subscription(PoseStamped, "end_effector_pose", self._on_pose, STATES),
        ]

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_joint_states(self, message: JointState) -> None:
        try:
            self._width = gripper_width(message)
        except DiffpolError as error:
            self._complain(str(error))

    def _on_pose(self, message: PoseStamped) -> None:
        if message.header.frame_id != self._frame:
            self._complain(f"end_effector_pose is in frame {message.header.frame_id!r}, expected {self._frame!r}")
        elif self._width is not None:
            self._seen(HandState(from_stamp(message.header.stamp), from_pose_message(message.pose), self._width))
