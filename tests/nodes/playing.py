"""A player in one executor with those who listen to it, for tests."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from geometry_msgs.msg import PoseStamped
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.nodes.lifecycle import StageNode
from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.player_node import PlayerNode
from diffpol_ros.nodes.quality import EVENTS, RECORDED_EVENTS, RECORDED_STATES

DEADLINE_S = 60.0


class Audience(Node):
    """Keeps what it hears, in its order: (topic, stamp [ns]), and the joint states whole."""

    def __init__(self) -> None:
        super().__init__("audience", use_global_arguments=False)
        self.heard: list[tuple[str, int]] = []
        self.states: list[JointState] = []
        self.create_subscription(Clock, "/clock", self._on_clock, RECORDED_EVENTS)
        self.create_subscription(JointState, "joint_states", self._on_state, RECORDED_STATES)
        self.create_subscription(PoseStamped, "end_effector_pose", lambda _: None, RECORDED_STATES)
        self.create_subscription(MultiDOFJointTrajectory, "action_chunk", self._on_chunk, EVENTS)
        self.player = self.create_client(SetParameters, "player/set_parameters")

    def stamps(self, topic: str, since: int = 0) -> list[int]:
        """Return the stamps of a topic from the `since`-th thing heard on."""
        return [stamp_ns for name, stamp_ns in self.heard[since:] if name == topic]

    def _on_clock(self, message: Clock) -> None:
        self.heard.append(("clock", from_stamp(message.clock)))

    def _on_state(self, message: JointState) -> None:
        self.states.append(message)
        self.heard.append(("state", from_stamp(message.header.stamp)))

    def _on_chunk(self, message: MultiDOFJointTrajectory) -> None:
        self.heard.append(("chunk", from_stamp(message.header.stamp)))


class Cinema:
    """The player, an audience, and perhaps those who decide."""

    def __init__(self, *parameters: str, beside: Sequence[Callable[[], StageNode[Any]]] = ()) -> None:
        words = [word for parameter in parameters for word in ("-p", parameter)]
        rclpy.init(args=["--ros-args", *words])
        self.executor = SingleThreadedExecutor()
        self.audience, self.player = Audience(), PlayerNode()
        self.stages: list[StageNode[Any]] = [self.player, *(kind() for kind in beside)]

    def start(self) -> None:
        """Start all of it."""
        for stage in self.stages:
            stage.start()
        for node in (self.audience, *self.stages):
            self.executor.add_node(node)

    def until(self, done: Callable[[], object]) -> None:
        """Spin until `done`, or fail at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < deadline, f"not in time; last heard {self.audience.heard[-3:]}"
            self.executor.spin_once(timeout_sec=0.05)

    def set(self, name: str, value: object) -> str:
        """Set a parameter of the player; return why it was refused, or an empty text."""
        self.until(self.audience.player.service_is_ready)
        request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
        answer = self.audience.player.call_async(request)
        self.until(answer.done)
        response = answer.result()
        assert response is not None
        return "" if response.results[0].successful else str(response.results[0].reason)

    def close(self) -> None:
        """End all of it."""
        self.executor.shutdown()
        for stage in self.stages:
            stage.close()
        self.audience.destroy_node()
        rclpy.try_shutdown()
