"""A camera that disagrees with its calibration, freezes or falls silent is named by the estimation node."""

from collections.abc import Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticStatus  # noqa: E402

from tests.nodes.estimation_graph import IMAGES_SHOWN, MATRIX, Start, starting  # noqa: E402

pytestmark = pytest.mark.ros


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


def test_a_camera_info_that_disagrees_stops_the_camera_and_is_named(start: Start) -> None:
    graph = start()
    graph.node.start()
    wrong = [600.0, *MATRIX[1:]]
    graph.until(
        graph.reported("camera front: camera_info disagrees: fx is 600 px, calibrated 570 px", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(matrix=wrong),
    )
    assert graph.driver.poses == []


def test_an_image_of_another_size_is_named(start: Start) -> None:
    graph = start("needs_camera_info:=false")
    graph.node.start()
    graph.until(
        graph.reported("its calibration is for 640x480", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(IMAGES_SHOWN[0][:240], None),
    )
    assert graph.driver.poses == []


def test_silence_of_a_camera_is_a_warning(start: Start) -> None:
    graph = start("needs_camera_info:=false")
    graph.node.start()
    graph.until(graph.reported("no images from camera front", DiagnosticStatus.WARN))


def test_an_image_upside_down_is_refused_by_name(start: Start) -> None:
    graph = start()
    graph.node.start()
    turned = [np.ascontiguousarray(image[::-1, ::-1]) for image in IMAGES_SHOWN]
    graph.until(
        graph.reported("camera front sees base", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(turned.pop()) if turned else None,
    )
    assert graph.driver.poses == []


def test_a_frozen_camera_is_named(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(
        graph.reported("camera front is frozen", DiagnosticStatus.ERROR), lambda: graph.driver.shoot(IMAGES_SHOWN[0])
    )
