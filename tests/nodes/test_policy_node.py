"""The policy node says what it sees, or says nothing and why."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from sensor_msgs.msg import JointState  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402
from trajectory_msgs.msg import MultiDOFJointTrajectory  # noqa: E402

from diffpol_ros.core.types import ObjectEstimate, Pose, RobotState, Tracking  # noqa: E402
from diffpol_ros.estimation.report import ObjectReport  # noqa: E402
from diffpol_ros.nodes.lifecycle import run_node  # noqa: E402
from diffpol_ros.nodes.messages import (  # noqa: E402
    from_chunk_message,
    to_estimate_message,
    to_joint_state,
    to_pose_stamped,
)
from diffpol_ros.nodes.object_status import to_status_message  # noqa: E402
from diffpol_ros.nodes.policy_node import PolicyNode  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, STATES  # noqa: E402
from tests.tiny_policy import write_tiny_bundle  # noqa: E402

pytestmark = pytest.mark.ros
FRAME = "panda_link0"
POSE = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0, 0, 0]))
NAMES = [f"panda_joint{index}" for index in range(1, 8)]
DEADLINE_S = 20.0


class Surroundings(Node):
    """Plays robot and estimation, and keeps what the policy says."""

    def __init__(self) -> None:
        super().__init__("surroundings")
        self.chunks: list[MultiDOFJointTrajectory] = []
        self.records: list[DiagnosticArray] = []
        self.complaints: list[str] = []
        self.block_stamp_ns: int | None = 0
        self.frame = FRAME
        self._joints = self.create_publisher(JointState, "joint_states", STATES)
        self._end_effector = self.create_publisher(PoseStamped, "end_effector_pose", STATES)
        self._block = self.create_publisher(PoseWithCovarianceStamped, "objects/block/pose", EVENTS)
        self._status = self.create_publisher(DiagnosticArray, "objects/status", EVENTS)
        self.tracking = Tracking.TRACKING
        self.create_subscription(MultiDOFJointTrajectory, "action_chunk", self.chunks.append, EVENTS)
        self.create_subscription(DiagnosticArray, "policy/inference", self.records.append, EVENTS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, EVENTS)
        self.reset = self.create_client(Trigger, "policy/reset")
        self.create_timer(0.02, self._publish)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.complaints += [status.message for status in message.status if status.name == "policy"]

    def _publish(self) -> None:
        now_ns = self.get_clock().now().nanoseconds
        state = RobotState(now_ns, np.zeros(7), np.zeros(7), np.zeros(7), 0.08)
        if self.block_stamp_ns is not None:
            estimate = ObjectEstimate("block", self.block_stamp_ns or now_ns, POSE, np.eye(6))
            self._block.publish(to_estimate_message(estimate, self.frame))
            estimate = replace(estimate, tracking=self.tracking)
            report = ObjectReport("block", estimate, 3, 2, 0.1, False, 0.0)
            self._status.publish(to_status_message(["block"], [report], now_ns))
        self._joints.publish(to_joint_state(state, NAMES))
        self._end_effector.publish(to_pose_stamped(POSE, now_ns, FRAME))


class Graph:
    """The policy node and its surroundings in one executor."""

    def __init__(self, folder: Path) -> None:
        rclpy.init(args=["--ros-args", "-p", f"model:={folder}", "-p", "robot:=panda", "-p", "seed:=40"])
        self.policy, self.surroundings = PolicyNode(), Surroundings()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.policy)
        self.executor.add_node(self.surroundings)

    def spin_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "the deadline passed"
            self.executor.spin_once(timeout_sec=0.1)

    def close(self) -> None:
        self.executor.shutdown()
        self.surroundings.destroy_node()
        self.policy.close()
        rclpy.try_shutdown()


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = Graph(write_tiny_bundle(tmp_path / "tiny"))
    yield made
    made.close()


def test_it_publishes_stamped_chunks_and_explains_each(graph: Graph):
    graph.policy.start()
    seen = graph.surroundings
    graph.spin_until(lambda: len(seen.chunks) >= 3 and len(seen.records) >= 3)
    chunks = [from_chunk_message(message) for message in seen.chunks]
    records = [{each.key: each.value for each in next(iter(message.status)).values} for message in seen.records]
    for chunk, record in zip(chunks, records, strict=False):
        assert len(chunk) == 5
        assert chunk.stamps_ns[0] == chunk.observation_stamp_ns + 100_000_000
        assert record["observation_stamp_ns"] == str(chunk.observation_stamp_ns)
        assert 0 <= chunk.observation_stamp_ns - int(record["object_stamps_ns"]) < 500_000_000
    assert [record["seed"] for record in records[:3]] == ["40", "41", "42"]
    assert seen.chunks[0].header.frame_id == FRAME
    graph.spin_until(lambda: "running" in seen.complaints)


def test_the_record_of_an_inference_tells_what_estimation_thought_of_the_object(graph: Graph):
    seen = graph.surroundings
    seen.tracking = Tracking.COASTING
    graph.policy.start()

    def told() -> bool:
        values = [{each.key: each.value for each in record.status[0].values} for record in seen.records[-1:]]
        return any(record["object_tracking"] == "coasting" for record in values)

    graph.spin_until(told)
    assert seen.chunks


def test_it_publishes_nothing_while_the_block_is_too_old(graph: Graph):
    seen = graph.surroundings
    seen.block_stamp_ns = None
    graph.policy.start()
    graph.spin_until(lambda: any("object block has not been seen" in each for each in seen.complaints))
    seen.block_stamp_ns = graph.policy.get_clock().now().nanoseconds - 2 * 10**9
    graph.spin_until(lambda: any("since the reset" in each for each in seen.complaints))
    assert not seen.chunks
    seen.block_stamp_ns = 0
    graph.spin_until(lambda: bool(seen.chunks))


def test_a_reset_forgets_the_block(graph: Graph):
    seen = graph.surroundings
    graph.policy.start()
    graph.spin_until(lambda: bool(seen.chunks))
    seen.block_stamp_ns = None
    graph.spin_until(seen.reset.service_is_ready)
    answer = seen.reset.call_async(Trigger.Request())
    graph.spin_until(answer.done)
    response = answer.result()
    assert response is not None
    assert response.success
    graph.spin_until(lambda: any("object block has not been seen" in each for each in seen.complaints))


def test_a_pose_in_another_frame_is_not_used(graph: Graph):
    seen = graph.surroundings
    seen.frame = "camera_front_optical"
    graph.policy.start()
    graph.spin_until(lambda: any("camera_front_optical" in each or "not been seen" in each for each in seen.complaints))
    assert not seen.chunks


def test_a_deactivated_policy_is_silent_and_can_come_back(graph: Graph):
    seen = graph.surroundings
    graph.policy.start()
    graph.spin_until(lambda: bool(seen.chunks))
    graph.policy.trigger_deactivate()
    graph.policy.trigger_cleanup()
    seen.chunks.clear()
    graph.policy.start()
    graph.spin_until(lambda: bool(seen.chunks))


def test_a_bad_bundle_ends_the_process_with_its_reason(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    folder = write_tiny_bundle(tmp_path / "tiny")
    network = folder / "denoiser.onnx"
    network.write_bytes(network.read_bytes()[:-100])
    with pytest.raises(SystemExit) as exit_info:
        run_node(PolicyNode, ["--ros-args", "-p", f"model:={folder}"])
    assert exit_info.value.code == 1
    error = capfd.readouterr().err
    assert "denoiser.onnx: sha256" in error
    assert "export the bundle anew" in error


def test_a_bundle_for_another_robot_ends_the_process_and_names_both(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    folder = write_tiny_bundle(tmp_path / "tiny")
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("robot: panda", "robot: fr3"))
    with pytest.raises(SystemExit) as exit_info:
        run_node(PolicyNode, ["--ros-args", "-p", f"model:={folder}"])
    assert exit_info.value.code == 1
    assert "for robot 'fr3', this robot is 'panda'" in capfd.readouterr().err
