"""The bridge on a real graph, with a robot behind real sockets."""

import dataclasses
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from geometry_msgs.msg import PoseStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from sensor_msgs.msg import JointState  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402
from trajectory_msgs.msg import MultiDOFJointTrajectory  # noqa: E402

from diffpol_ros.core.errors import SettingsError  # noqa: E402
from diffpol_ros.core.types import ActionChunk  # noqa: E402
from diffpol_ros.nodes.bridge_node import BridgeNode  # noqa: E402
from diffpol_ros.nodes.messages import from_pose_message, from_stamp, to_chunk_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, STATES  # noqa: E402
from tests.control.arm import PANDA, STEP_NS  # noqa: E402
from tests.fake_twin import FakeTwin  # noqa: E402

pytestmark = pytest.mark.ros
DEADLINE_S = 20.0
FRAME = "panda_link0"


class Operator(Node):
    """Plays policy and person, and keeps what the bridge says."""

    def __init__(self) -> None:
        super().__init__("operator", use_global_arguments=False)
        self.joints: list[JointState] = []
        self.poses: list[PoseStamped] = []
        self.targets: list[JointState] = []
        self.verdicts: list[str] = []
        self.reports: list[str] = []
        self.create_subscription(JointState, "joint_states", self.joints.append, STATES)
        self.create_subscription(PoseStamped, "end_effector_pose", self.poses.append, STATES)
        self.create_subscription(JointState, "joint_targets", self.targets.append, STATES)
        self.create_subscription(DiagnosticArray, "gate", self._on_gate, EVENTS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, EVENTS)
        self.chunks = self.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
        self.triggers = {name: self.create_client(Trigger, f"bridge/{name}") for name in ("enable", "stop", "reset")}

    def _on_gate(self, message: DiagnosticArray) -> None:
        self.verdicts.append(message.status[0].message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.reports += [status.message for status in message.status if status.name == "bridge"]

    def publish_chunk(self, frame: str = FRAME) -> None:
        """Ask the arm to go up by 3 cm from where it is."""
        newest = self.poses[-1]
        pose, stamp_ns = from_pose_message(newest.pose), from_stamp(newest.header.stamp)
        positions = pose.position + np.outer(np.arange(1, 7), [0.0, 0.0, 0.005])
        stamps = tuple(stamp_ns + (index + 1) * STEP_NS for index in range(6))
        chunk = ActionChunk(stamp_ns, stamps, positions, np.tile(pose.quaternion, (6, 1)), np.full(6, 0.04))
        self.chunks.publish(to_chunk_message(chunk, frame))


class Graph:
    """Bridge and operator in one executor."""

    def __init__(self, twin: FakeTwin) -> None:
        ports = ("-p", f"arm_port:={twin.server.port}", "-p", f"gripper_port:={twin.gripper_server.port}")
        rclpy.init(args=["--ros-args", *ports, "-p", "maximum_state_age:=0.5", "-p", "maximum_state_silence:=1.5"])
        self.twin, self.bridge, self.operator = twin, BridgeNode(), Operator()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.bridge)
        self.executor.add_node(self.operator)
        self.bridge.start()

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

    def move(self) -> None:
        self.wait_for(lambda: self.operator.poses)
        self.wait_for(lambda: self.operator.chunks.get_subscription_count() == 1)
        response = self.call("enable")
        assert response.success, response.message
        seen = len(self.operator.poses)
        self.wait_for(lambda: len(self.operator.poses) > seen + 2)
        self.operator.publish_chunk()
        self.wait_for_verdict("COMMAND")

    def close(self) -> None:
        self.executor.shutdown()
        self.bridge.close()
        self.operator.destroy_node()
        rclpy.try_shutdown()


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = FakeTwin(PANDA)
    ticked = twin.plant.plant_state
    # The fake plant lives in 2023; a chunk observed then is refused, as it should be.
    twin.plant.plant_state = lambda: dataclasses.replace(ticked(), stamp_ns=time.time_ns())  # type: ignore[method-assign]
    made = Graph(twin)
    yield made
    made.close()
    twin.close()


def test_a_disabled_bridge_tells_states_and_sends_nothing(graph: Graph) -> None:
    graph.wait_for(lambda: len(graph.operator.joints) > 5 and len(graph.operator.poses) > 5)
    joints, pose = graph.operator.joints[-1], graph.operator.poses[-1]
    assert joints.name[-2:] == ["panda_finger_joint1", "panda_finger_joint2"] and len(joints.name) == 9
    assert joints.position[-1] == pytest.approx(0.04)
    assert pose.header.frame_id == FRAME
    graph.wait_for_verdict("HOLD: not enabled")
    graph.operator.publish_chunk()
    graph.wait_for(lambda: graph.operator.reports)
    assert graph.operator.targets == []


def test_a_chunk_moves_the_robot_and_then_the_arm_holds(graph: Graph) -> None:
    graph.move()
    before = graph.operator.poses[-1].pose.position.z
    graph.wait_for_verdict("HOLD: the chunk is used up")
    assert graph.operator.targets[-1].position[-1] == pytest.approx(0.02)
    graph.wait_for(lambda: graph.operator.poses[-1].pose.position.z > before + 0.015)
    assert graph.twin.plant.gripper_commands


def test_stop_reset_enable_is_the_only_way_back(graph: Graph) -> None:
    graph.move()
    assert graph.call("stop").success
    graph.wait_for_verdict("STOP: bridge/stop was called")
    refused = graph.call("enable")
    assert not refused.success and "reset" in refused.message
    assert graph.call("reset").success
    graph.wait_for_verdict("HOLD: not enabled")


def test_a_second_publisher_of_chunks_stops_the_arm_and_is_named(graph: Graph) -> None:
    graph.move()
    rival = Node("rival", use_global_arguments=False)
    rival.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
    graph.wait_for_verdict("STOP: action_chunk has 2 publishers: /operator, /rival")
    rival.destroy_node()


def test_a_chunk_in_another_frame_stops_the_arm(graph: Graph) -> None:
    graph.move()
    graph.operator.publish_chunk(frame="world")
    graph.wait_for_verdict("STOP: malformed action_chunk: its frame is 'world'")


def test_a_lost_robot_stops_the_arm_and_the_node_goes_on(graph: Graph) -> None:
    graph.move()
    graph.twin.server.stop()
    graph.wait_for_verdict("STOP")
    graph.wait_for(lambda: graph.operator.reports and graph.operator.reports[-1].startswith("no robot"))
    assert graph.call("reset").success
    refused = graph.call("enable")
    assert not refused.success and "no robot" in refused.message


def test_a_robot_that_no_backend_drives_is_refused() -> None:
    rclpy.init(args=["--ros-args", "-p", "robot:=fr3"])
    node = BridgeNode()
    try:
        with pytest.raises(SettingsError, match="fr3: no backend"):
            node.start()
    finally:
        node.close()
        rclpy.try_shutdown()
