"""The estimation node and the hand: an object that is gripped is carried along."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diffpol_ros.core.types import Pose, RobotState, Tracking  # noqa: E402
from diffpol_ros.nodes.messages import to_joint_state, to_pose_stamped  # noqa: E402
from tests.nodes.estimation_graph import JOINTS, START_NS, TRUTH, Start, starting  # noqa: E402

pytestmark = pytest.mark.ros


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


def test_the_hand_is_listened_to_where_it_is_needed(start: Start) -> None:
    graph = start("grasp_prior:=true")
    graph.node.start()
    wanted = graph.node.count_subscribers
    graph.until(lambda: wanted("end_effector_pose") == 1 and wanted("joint_states") == 1)
    state = RobotState(START_NS, np.zeros(7), np.zeros(7), np.zeros(7), 0.04)
    graph.driver.joints.publish(to_joint_state(state, JOINTS))
    strange = to_pose_stamped(TRUTH, START_NS, "map")
    graph.until(
        lambda: "end_effector_pose is in frame 'map'" in graph.node.complaint,
        lambda: graph.driver.hand.publish(strange),
    )


def test_an_object_in_the_gripper_is_carried_unseen_and_called_coasting(start: Start) -> None:
    graph = start("grasp_prior:=true", "needs_camera_info:=false")
    graph.node.start()
    driver, grip = graph.driver, Pose(TRUTH.position + np.array([0.0, 0.0, 0.01]), np.array([1.0, 0.0, 0.0, 0.0]))
    began: list[float] = []

    def play() -> None:
        """Grip the block once it was seen, hide it from then on, and lift it."""
        if not began and len(driver.poses) >= 3:
            began.append(time.monotonic())
        passed_s = time.monotonic() - began[0] if began else 0.0
        now_ns = graph.node.get_clock().now().nanoseconds
        if passed_s < 0.5:
            driver.shoot(matrix=None, stamp_ns=now_ns)
        raised = np.array([0.0, 0.0, max(0.0, 0.05 * (passed_s - 1.0))])
        state = RobotState(now_ns, np.zeros(7), np.zeros(7), np.zeros(7), 0.08 if passed_s < 0.2 else 0.06)
        driver.joints.publish(to_joint_state(state, JOINTS))
        driver.hand.publish(to_pose_stamped(Pose(grip.position + raised, grip.quaternion), now_ns, "panda_link0"))

    def lifted() -> bool:
        heights = [message.pose.pose.position.z for message in driver.poses[-1:]]
        return bool(heights) and heights[0] > TRUTH.position[2] + 0.03

    graph.until(lambda: lifted() and driver.statuses[-1:] == [{"block": Tracking.COASTING}], play)


def test_the_hand_is_left_alone_otherwise(start: Start) -> None:
    graph = start()
    graph.node.start()
    assert graph.node.count_subscribers("end_effector_pose") == 0
