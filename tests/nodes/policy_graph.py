"""The policy node in one executor with what surrounds it: robot and estimation, and ears for what it says."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ObjectEstimate, Pose, RobotState, Tracking
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.nodes.messages import to_estimate_message, to_joint_state, to_pose_stamped
from diffpol_ros.nodes.object_status import to_status_message
from diffpol_ros.nodes.policy_node import PolicyNode
from diffpol_ros.nodes.quality import EVENTS, STATES
from diffpol_ros.policy import stream_watch

FRAME = "panda_link0"
POSE = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0, 0, 0]))
NAMES = [f"panda_joint{index}" for index in range(1, 8)]
DEADLINE_S = 20.0
PATIENCE_S = 2.0
"""With silent streams: one thread plays everybody here, and on a busy machine it comes late."""


def values_of(status: DiagnosticStatus) -> dict[str, str]:
    """Return the figures of one status."""
    return {each.key: each.value for each in status.values}


class Surroundings(Node):
    """Plays robot and estimation, and keeps what the policy says."""

    def __init__(self) -> None:
        super().__init__("surroundings")
        self.chunks: list[MultiDOFJointTrajectory] = []
        self.records: list[DiagnosticArray] = []
        self.health: list[DiagnosticStatus] = []
        self.block_stamp_ns: int | None = 0
        self.frame = FRAME
        self.offset_ns = 0
        self._joints = self.create_publisher(JointState, "joint_states", STATES)
        self._end_effector = self.create_publisher(PoseStamped, "end_effector_pose", STATES)
        self._block = self.create_publisher(PoseWithCovarianceStamped, "objects/block/pose", EVENTS)
        self._status = self.create_publisher(DiagnosticArray, "objects/status", EVENTS)
        self.tracking = Tracking.TRACKING
        self.sight: Sight | None = Sight({}, blind=False)
        self.create_subscription(MultiDOFJointTrajectory, "action_chunk", self.chunks.append, EVENTS)
        self.create_subscription(DiagnosticArray, "policy/inference", self.records.append, EVENTS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, EVENTS)
        self.reset = self.create_client(Trigger, "policy/reset")
        self.parameters = self.create_client(SetParameters, "policy/set_parameters")
        self.create_timer(0.02, self._publish)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.health += [status for status in message.status if status.name == "policy"]

    @property
    def complaints(self) -> list[str]:
        return [status.message for status in self.health]

    def _publish(self) -> None:
        now_ns = self.get_clock().now().nanoseconds + self.offset_ns
        state = RobotState(now_ns, np.zeros(7), np.zeros(7), np.zeros(7), 0.08)
        if self.block_stamp_ns is not None:
            estimate = ObjectEstimate("block", self.block_stamp_ns or now_ns, POSE, np.eye(6))
            self._block.publish(to_estimate_message(estimate, self.frame))
            estimate = replace(estimate, tracking=self.tracking)
            report = ObjectReport("block", estimate, 3, 2, 0.1, False, 0.0)
            if self.sight is not None:
                self._status.publish(to_status_message(["block"], [report], now_ns, self.sight))
        self._joints.publish(to_joint_state(state, NAMES))
        self._end_effector.publish(to_pose_stamped(POSE, now_ns, FRAME))


class Graph:
    """The policy node and its surroundings in one executor."""

    def __init__(self, *folders: Path, **parameters: str) -> None:
        """Load the bundle in a folder, or the product of several beside each other."""
        model = {"model": "*".join(folder.name for folder in folders), "models": str(folders[0].parent)}
        self._patience = pytest.MonkeyPatch()
        self._patience.setattr(stream_watch, "SILENCE_NS", to_ns(PATIENCE_S))
        told = {**model, "robot": "panda", "seed": "40", **parameters}
        rclpy.init(args=["--ros-args", *[word for name, value in told.items() for word in ("-p", f"{name}:={value}")]])
        self.policy, self.surroundings = PolicyNode(), Surroundings()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.policy)
        self.executor.add_node(self.surroundings)

    def spin_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "the deadline passed"
            self.executor.spin_once(timeout_sec=0.1)

    def ask_for_reset(self) -> Trigger.Response:
        self.spin_until(self.surroundings.reset.service_is_ready)
        answer = self.surroundings.reset.call_async(Trigger.Request())
        self.spin_until(answer.done)
        response = answer.result()
        assert response is not None
        return response

    def set_parameter(self, name: str, value: object) -> str:
        """Return why it was refused, or an empty text."""
        self.spin_until(self.surroundings.parameters.service_is_ready)
        request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
        answer = self.surroundings.parameters.call_async(request)
        self.spin_until(answer.done)
        response = answer.result()
        assert response is not None
        return "" if response.results[0].successful else response.results[0].reason

    def close(self) -> None:
        self.executor.shutdown()
        self.surroundings.destroy_node()
        self.policy.close()
        self._patience.undo()
        rclpy.try_shutdown()
