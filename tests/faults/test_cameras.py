"""Cameras that are not where they were calibrated are refused by name, and no pose of theirs is published."""

import time
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus  # noqa: E402
from geometry_msgs.msg import PoseWithCovarianceStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402

from diffpol_ros.nodes.quality import EVENTS  # noqa: E402
from diffpol_ros.nodes.session import ros_node  # noqa: E402
from tests.graph_run import arguments, running, with_parameters  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.gl, pytest.mark.xdist_group("system"), pytest.mark.timeout(120)]
DEADLINE_S = 60.0
CAMERAS = {"twin", "twin_camera", "estimation"}


def test_cameras_that_see_the_landmark_elsewhere_are_refused_by_name(tmp_path: Path, repository: Path) -> None:
    text = (repository / "calibration" / "objects" / "base.yaml").read_text(encoding="utf-8")
    assert "[0.35, -0.25, 0.001]" in text
    moved = tmp_path / "base.yaml"
    moved.write_text(text.replace("[0.35, -0.25, 0.001]", "[0.35, -0.22, 0.001]"), encoding="utf-8")
    given = with_parameters(tmp_path, arguments(tmp_path), "estimation", "landmarks: [base]", f"landmarks: [{moved}]")
    statuses: list[DiagnosticStatus] = []
    poses: list[PoseWithCovarianceStamped] = []

    def told(message: DiagnosticArray) -> None:
        statuses.extend(message.status)

    with running(tmp_path, CAMERAS, given) as supervisor, ros_node("watcher") as node:
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        node.create_subscription(PoseWithCovarianceStamped, "objects/block/pose", poses.append, EVENTS)
        node.create_subscription(DiagnosticArray, "/diagnostics", told, EVENTS)
        deadline = time.monotonic() + DEADLINE_S
        while not all(named(statuses, camera) for camera in ("front", "side")):
            assert time.monotonic() < deadline, [status.message for status in statuses[-3:]]
            supervisor.check()
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()
    assert poses == []


def named(statuses: list[DiagnosticStatus], camera: str) -> bool:
    """Return whether estimation said that a camera is refused since it sees the base 30 mm off."""
    said = [status.message for status in statuses if status.name == "estimation"]
    return any(f"camera {camera} sees base 30." in text or f"camera {camera} sees base 29." in text for text in said)
