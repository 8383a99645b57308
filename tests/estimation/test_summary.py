"""One line and the figures: what the stage says of itself."""

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.detector import TagDetection
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.health import CameraHealth
from diffpol_ros.estimation.sighting import Sighting
from diffpol_ros.estimation.summary import summarize
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, exact_view

MATRIX = tuple(float(value) for value in FRONT.matrix.ravel())
STRANGER = TagDetection(77, np.array([[0.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]]), 80.0, 0)
SEEN = [*detections(exact_view(FRONT, BLOCK, block_pose(np.random.default_rng(0)))), STRANGER]


def test_all_is_well_with_figures_of_cameras_and_objects() -> None:
    estimator, health = Estimator([FRONT], [BLOCK, BASE]), CameraHealth(FRONT, needs_info=False)
    estimator.absorb(Sighting("front", 0, tuple(SEEN)))
    for i in range(5):
        health.take_image(to_ns(0.1 * i))
    summary = summarize(estimator, [health], to_ns(0.2), to_ns(0.4))
    assert (summary.message, summary.broken) == ("", False)
    expected = {"frames.front": 1, "unknown_tags": 1, "unknown_tags.77": 1, "tracking.block": "tracking"}
    assert expected.items() <= dict(summary.values).items()
    assert summary.values["age_s.block"] == 0.2
    assert "age_s.base" not in summary.values


def test_a_silent_camera_is_a_warning_and_a_disagreeing_one_an_error() -> None:
    estimator = Estimator([FRONT, SIDE], [BLOCK])
    silent, wrong = CameraHealth(FRONT, needs_info=False), CameraHealth(SIDE)
    only_silent = summarize(estimator, [silent], 0, to_ns(5.0))
    assert (only_silent.message, only_silent.broken) == ("no images from camera front", False)
    wrong.take_info(320, 240, MATRIX, ())
    both = summarize(estimator, [silent, wrong], 0, to_ns(5.0))
    assert both.broken
    assert both.message.startswith("camera side: camera_info disagrees")
    assert "no images from camera front" in both.message
