"""The bridge on a real graph, with a robot behind real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from diffpol_ros.core.errors import SettingsError  # noqa: E402
from diffpol_ros.nodes.bridge_node import BridgeNode  # noqa: E402
from tests.nodes.bridge_graph import FRAME, Graph, live_twin  # noqa: E402

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
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


def test_a_chunk_in_another_frame_stops_the_arm(graph: Graph) -> None:
    graph.move()
    graph.operator.publish_chunk(frame="world")
    graph.wait_for_verdict("STOP: malformed action_chunk: its frame is 'world'")


def test_a_robot_that_no_backend_drives_is_refused(repository: Path, tmp_path: Path) -> None:
    described = (repository / "calibration" / "robots" / "panda.yaml").read_text(encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(described.replace("kind: polymetis", "kind: abacus"), encoding="utf-8")
    rclpy.init(args=["--ros-args", "-p", f"robot:={tmp_path / 'odd.yaml'}"])
    node = BridgeNode()
    try:
        with pytest.raises(SettingsError, match="no backend 'abacus'"):
            node.start()
    finally:
        node.close()
        rclpy.try_shutdown()
