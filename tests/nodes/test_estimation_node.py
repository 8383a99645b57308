"""The estimation node on a real graph: images in, poses out, asked things answered, nothing left behind."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticStatus  # noqa: E402
from geometry_msgs.msg import PoseWithCovarianceStamped  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from diffpol_ros.core.types import Tracking  # noqa: E402
from diffpol_ros.nodes.messages import from_estimate_message  # noqa: E402
from tests.estimation.scenes import error  # noqa: E402
from tests.nodes.estimation_graph import START_NS, TRUTH, Start, starting  # noqa: E402

pytestmark = pytest.mark.ros


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


def _stamp_ns(message: PoseWithCovarianceStamped) -> int:
    return from_estimate_message("block", message).stamp_ns


def test_an_image_becomes_a_pose_stamped_with_its_exposure(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    message = graph.driver.poses[0]
    estimate = from_estimate_message("block", message)
    assert message.header.frame_id == "panda_link0"
    assert (estimate.stamp_ns - START_NS) % 10_000_000 == 0
    assert error(estimate.pose, TRUTH)[0] < 3.0
    assert np.all(np.linalg.eigvalsh(estimate.covariance) > 0.0)
    graph.until(graph.reported("running", DiagnosticStatus.OK), graph.driver.shoot)
    figures = {value.key: value.value for value in graph.driver.reports[-1].values}
    assert int(figures["frames.front"]) > 0
    assert float(figures["detection_ms.front"]) > 0.0
    assert figures["placement.front"] == "verified"
    assert "tracking.block" in figures


def test_reset_lets_older_stamps_in_again(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    graph.drain()
    future = graph.driver.reset.call_async(Trigger.Request())
    graph.until(future.done)
    response = future.result()
    assert response is not None
    assert response.success
    graph.driver.rewind()
    graph.until(lambda: any(_stamp_ns(pose) < START_NS for pose in graph.driver.poses), graph.driver.shoot)


def test_an_object_is_told_of_without_images_too(start: Start) -> None:
    graph = start("needs_camera_info:=false", "stale_after:=1.0e9", "lost_after:=1.0e9")
    graph.node.start()
    graph.until(lambda: graph.driver.statuses[-1:] == [{"block": Tracking.LOST}])
    graph.until(lambda: graph.driver.statuses[-1:] == [{"block": Tracking.TRACKING}], graph.driver.shoot)
    came = len(graph.driver.statuses)
    graph.until(lambda: len(graph.driver.statuses) > came + 3)


def test_the_service_answers_and_diagnostics_come_while_frames_pour_in(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    future = graph.driver.reset.call_async(Trigger.Request())
    reports = len(graph.driver.reports)
    graph.until(lambda: future.done() and len(graph.driver.reports) > reports, graph.driver.shoot)


def test_no_thread_outlives_the_node(start: Start) -> None:
    graph = start()
    before = set(threading.enumerate())
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    graph.node.trigger_deactivate()
    graph.node.trigger_cleanup()
    assert not [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("camera")]
    graph.node.start()
    graph.driver.poses.clear()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
