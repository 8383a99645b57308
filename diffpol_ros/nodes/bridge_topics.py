"""What the bridge tells the graph."""

import threading
from collections.abc import Callable

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from sensor_msgs.msg import JointState

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict, word
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.nodes.diagnostics import Level, Report, status_message
from diffpol_ros.nodes.messages import FINGER_JOINTS, header, to_joint_state, to_pose_stamped, to_stamp
from diffpol_ros.nodes.quality import EVENTS, STATES

VERDICT_PERIOD_NS = to_ns(0.1)
LEVELS = {Command: Level.OK, Hold: Level.WARN, Stop: Level.ERROR}


def verdict_report(verdict: Verdict) -> Report:
    """Return a verdict as a status: its message begins with the verdict's word."""
    text = f"{word(verdict)}: {verdict.reason}" if verdict.reason else word(verdict)
    return Report(
        LEVELS[type(verdict)], text, {"verdict": word(verdict), "name": verdict.name, "reason": verdict.reason}
    )


class BridgeTopics:
    """Publishes states, targets and verdicts."""

    def __init__(self, node: Node, description: RobotDescription, kinematics: Kinematics) -> None:
        """Create the publishers on `node`."""
        self._node, self._description, self._kinematics = node, description, kinematics
        self._joints = node.create_publisher(JointState, "joint_states", STATES)
        self._pose = node.create_publisher(PoseStamped, "end_effector_pose", STATES)
        self._targets = node.create_publisher(JointState, "joint_targets", STATES)
        self._gate = node.create_publisher(DiagnosticArray, "gate", EVENTS)
        self._telling = threading.RLock()
        self._told: tuple[str, str] | None = None
        self._told_ns = 0

    def state(self, state: RobotState) -> None:
        """Publish one tick of the robot; joints that are not finite lead nowhere."""
        self._joints.publish(to_joint_state(state, self._description.joint_names))
        if not np.isfinite(state.joint_positions).all():
            return
        pose = self._kinematics.forward(state.joint_positions)
        self._pose.publish(to_pose_stamped(pose, state.stamp_ns, self._description.base_frame))

    def verdict(self, verdict: Verdict, now_ns: int) -> None:
        """Publish a target that was sent, and the verdict when it changes or is 0.1 s old; from any thread."""
        with self._telling:
            if isinstance(verdict, Command):
                self._target(verdict.target)
            told = (word(verdict), verdict.reason)
            if told == self._told and 0 <= now_ns - self._told_ns < VERDICT_PERIOD_NS:
                return
            # A slow tick's verdict is from before the watch's word on it: the next one is told again, after both.
            self._told = told if now_ns >= self._told_ns else None
            self._told_ns = now_ns
            self._publish(verdict, now_ns)

    def verdict_beside(self, look: Callable[[], tuple[Verdict, int] | None]) -> Verdict | None:
        """Publish and return what `look`, from another thread than the ticks', finds and when [ns], if anything.

        No tick is told of while it looks: one that ended since would be told before a Hold that is over.
        """
        with self._telling:
            found = look()
            if found is None:
                return None
            self.verdict(*found)
        return found[0]

    def _publish(self, verdict: Verdict, now_ns: int) -> None:
        status = status_message(f"{self._node.get_name()}/gate", verdict_report(verdict))
        message = DiagnosticArray(status=[status])
        message.header.stamp = to_stamp(now_ns)
        self._gate.publish(message)

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._joints, self._pose, self._targets, self._gate):
            self._node.destroy_publisher(publisher)

    def _target(self, target: JointTarget) -> None:
        finger = 0.5 * target.gripper_width
        message = JointState(
            header=header(target.stamp_ns, ""),
            name=[*self._description.joint_names, *FINGER_JOINTS],
            position=[*target.joint_positions.tolist(), finger, finger],
        )
        self._targets.publish(message)
