"""The bridge on a real graph: an operator that plays policy and person, and a robot behind real sockets."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.types import ActionChunk
from diffpol_ros.nodes.bridge_node import BridgeNode
from diffpol_ros.nodes.heartbeat import TOPIC, to_heartbeat_message
from diffpol_ros.nodes.messages import from_pose_message, from_stamp, to_chunk_message
from diffpol_ros.nodes.quality import EVENTS, STATES
from diffpol_ros.nodes.spinner import Spinner
from diffpol_ros.robots.base import Robot
from diffpol_ros.robots.polymetis.channel import Deadlines
from tests.control.arm import PANDA, STEP_NS
from tests.fake_twin import FakeTwin

DEADLINE_S = 20.0
FRAME = "panda_link0"
# For servers that live in the same process as the bridge and its operator.
PATIENT = Deadlines(state=1.0, update=1.0, stop=5.0, hand=5.0, tick=20.0, connect=20.0)
FIT = Heartbeat("one", "made_up", "d1", "panda", FRAME, 0.1, True)
SERVICES = ("enable", "stop", "reset", "recover", "home_gripper")


class Operator(Node):
    """Plays policy and person, and keeps what the bridge says."""

    def __init__(self) -> None:
        super().__init__("operator", use_global_arguments=False)
        self.joints: list[JointState] = []
        self.poses: list[PoseStamped] = []
        self.targets: list[JointState] = []
        self.verdicts: list[str] = []
        self.reports: list[str] = []
        self.values: list[dict[str, str]] = []
        self.create_subscription(JointState, "joint_states", self.joints.append, STATES)
        self.create_subscription(PoseStamped, "end_effector_pose", self.poses.append, STATES)
        self.create_subscription(JointState, "joint_targets", self.targets.append, STATES)
        self.create_subscription(DiagnosticArray, "gate", self._on_gate, EVENTS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, EVENTS)
        self.chunks = self.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
        self.beat: Heartbeat | None = FIT
        self._beats = self.create_publisher(DiagnosticArray, TOPIC, EVENTS)
        self.create_timer(0.05, self._publish_beat)
        self.triggers = {name: self.create_client(Trigger, f"bridge/{name}") for name in SERVICES}

    def _publish_beat(self) -> None:
        if self.beat is not None:
            self.publish_beat(self.beat)

    def publish_beat(self, beat: Heartbeat) -> None:
        """Say what a policy would."""
        self._beats.publish(to_heartbeat_message(beat, "policy", 0))

    def _on_gate(self, message: DiagnosticArray) -> None:
        self.verdicts.append(message.status[0].message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        told = [status for status in message.status if status.name == "bridge"]
        self.reports += [status.message for status in told]
        self.values += [{each.key: each.value for each in status.values} for status in told]

    def publish_chunk(self, frame: str = FRAME) -> None:
        """Ask the arm to go up by 3 cm from where it is."""
        newest = self.poses[-1]
        pose, stamp_ns = from_pose_message(newest.pose), from_stamp(newest.header.stamp)
        positions = pose.position + np.outer(np.arange(1, 7), [0.0, 0.0, 0.005])
        stamps = tuple(stamp_ns + (index + 1) * STEP_NS for index in range(6))
        chunk = ActionChunk(stamp_ns, stamps, positions, np.tile(pose.quaternion, (6, 1)), np.full(6, 0.04))
        self.chunks.publish(to_chunk_message(chunk, frame))


class Graph:
    """Bridge and operator in one executor, or the bridge in one `alone`."""

    frame = FRAME
    fit = FIT
    spinner: Spinner | None = None
    patience: pytest.MonkeyPatch | None = None

    def __init__(self, twin: FakeTwin, *, alone: bool = False, **parameters: object) -> None:
        told = {
            "arm_port": twin.server.port,
            "gripper_port": twin.gripper_server.port,
            "maximum_state_age": 0.5,
            "maximum_state_silence": 1.5,
            "policy_silence": 0.5,
            **parameters,
        }
        rclpy.init(args=["--ros-args", *[word for name, value in told.items() for word in ("-p", f"{name}:={value}")]])
        self.twin, self.bridge, self.operator = twin, BridgeNode(), Operator()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.operator)
        self.patience = pytest.MonkeyPatch()
        self.patience.setattr("diffpol_ros.robots.polymetis.ticking.FROZEN_SECONDS", 1.0)
        self.patience.setattr("diffpol_ros.robots.polymetis.robot.Deadlines", lambda: PATIENT)
        self.bridge.start()
        if alone:
            self._spin_alone()
        else:
            self.executor.add_node(self.bridge)

    def _spin_alone(self) -> None:
        """Spin the bridge as its process does, for what happens while a call to it is still answered."""
        executor = SingleThreadedExecutor()
        executor.add_node(self.bridge)
        self.spinner = Spinner(executor, "spinning-bridge")
        self.spinner.start()

    def wait_for(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end, f"did not happen; the gate said {self.operator.verdicts[-3:]}"
            self.executor.spin_once(timeout_sec=0.05)

    def wait_for_verdict(self, beginning: str) -> None:
        self.wait_for(lambda: self.operator.verdicts and self.operator.verdicts[-1].startswith(beginning))

    def call(self, name: str) -> Trigger.Response:
        client = self.operator.triggers[name]
        self.wait_for(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.wait_for(future.done)
        response = future.result()
        assert response is not None
        return response

    @property
    def robot(self) -> Robot:
        """What the bridge drives."""
        return self.bridge._bridge.link.robot

    def move_again(self) -> None:
        """Enable as soon as that may be, and follow a chunk."""
        self.wait_for(lambda: self.call("enable").success)
        self.publish_until_it_moves()

    @property
    def heard(self) -> Heartbeat | None:
        """The last heartbeat that the bridge has heard."""
        policy = self.bridge._bridge.policy
        return policy.newest if policy else None

    def publish_until_it_moves(self) -> None:
        """Publish chunks until one is followed."""
        self.operator.verdicts.clear()

        published = 0.0

        def moves() -> bool:
            nonlocal published
            # No faster than policies do: in one executor a flood of chunks would leave no time for heartbeats.
            if time.monotonic() > published + 0.05:
                published = time.monotonic()
                self.operator.publish_chunk(self.frame)
            return "COMMAND" in self.operator.verdicts

        self.wait_for(moves)

    def move(self) -> None:
        """Enable the arm and let it follow a chunk."""
        self.wait_for(lambda: self.operator.poses and self.heard)
        self.wait_for(lambda: self.operator.chunks.get_subscription_count() == 1)
        response = self.call("enable")
        assert response.success, response.message
        self.publish_until_it_moves()

    def close(self) -> None:
        self.executor.shutdown()
        if self.spinner is not None:
            self.spinner.close()
        self.bridge.close()
        self.operator.destroy_node()
        rclpy.try_shutdown()
        if self.patience is not None:
            self.patience.undo()


def live_twin() -> FakeTwin:
    """Return a twin that ticks in the present: chunks observed in the fake plant's 2023 are refused, rightly."""
    twin = FakeTwin(PANDA)
    ticked = twin.plant.plant_state
    twin.plant.plant_state = lambda: dataclasses.replace(ticked(), stamp_ns=time.time_ns())  # type: ignore[method-assign]
    return twin
