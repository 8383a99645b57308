"""One line and the figures: what the stage says of itself."""

from dataclasses import replace

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.stage import EstimationStage
from diffpol_ros.estimation.summary import summarize
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, exact_view
from tests.estimation.stages import SETTINGS, Scripted, at, blank, frame, stage

MATRIX = tuple(float(value) for value in FRONT.matrix.ravel())
TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
SEEN = [
    [found for model, pose in ((BLOCK, TRUTH), (BASE, FIXED)) for found in detections(exact_view(camera, model, pose))]
    for camera in (FRONT, SIDE)
]


def running(**changes: object) -> EstimationStage:
    """Return a stage that has seen block and base with both cameras at 10 Hz for half a second."""
    made = stage(lambda settings: Scripted(SEEN), **changes)
    for i in range(6):
        for number, camera in enumerate(("front", "side")):
            shown = frame(0.1 * i, blank(number), camera)
            if made.arrive(camera, shown.stamp_ns, at(0.1 * i), to_ns(0.1 * i)):
                made.absorb(made.sight(shown), at(0.1 * i + 0.02), to_ns(0.007))
    return made


def test_all_is_well_with_figures_of_cameras_and_objects() -> None:
    summary = summarize(running(frozen_frames=0), at(0.6), to_ns(0.6))
    assert (summary.message, summary.errors, summary.warnings, summary.notes) == ("", (), (), ())
    expected = {
        "frames.front": 6,
        "received.side": 6,
        "unknown_tags": 0,
        "tracking.block": "tracking",
        "placement.front": "verified",
        "hamming.front": f"0: {6 * len(SEEN[0])}",
    }
    assert expected.items() <= dict(summary.values).items()
    figures = {
        name: float(str(summary.values[name])) for name in ("rate_hz.front", "latency_ms.side", "detection_ms.front")
    }
    assert {name: round(value, 3) for name, value in figures.items()} == {
        "rate_hz.front": 10.0,
        "latency_ms.side": 20.0,
        "detection_ms.front": 7.0,
    }
    assert abs(float(str(summary.values["age_s.block"])) - 0.1) < 1e-9


def test_an_object_whose_pose_is_undecided_is_named() -> None:
    small = replace(BLOCK, tags=(replace(BLOCK.tags[4], size=0.016),))
    seen = detections(exact_view(FRONT, small, TRUTH, 0.02))
    made = EstimationStage([FRONT], [small], [], SETTINGS, lambda settings: Scripted([seen]))
    made.absorb(made.sight(frame(0.0, blank(0), "front")), at(0.0), 0)
    assert "block: seen, but two poses fit" in summarize(made, at(0.0), 0).notes


def test_a_silent_camera_is_a_warning_and_a_disagreeing_one_an_error() -> None:
    made = running(needs_camera_info=True)
    made.take_info("front", 640, 480, MATRIX, ())
    made.take_info("side", 320, 240, MATRIX, ())
    summary = summarize(made, at(5.0), to_ns(5.0))
    assert summary.errors == ("camera side: camera_info disagrees: size is 320x240, calibrated 640x480",)
    assert summary.warnings[0] == "no images from camera front"
    assert summary.message.startswith("camera side: camera_info disagrees")


def test_a_landmark_that_all_cameras_see_off_alike_was_moved_itself() -> None:
    shifted = Pose(FIXED.position + np.array([0.03, 0.0, 0.0]), FIXED.quaternion)
    for alike in (True, False):
        seen = [
            detections(exact_view(FRONT, BASE, shifted)),
            detections(exact_view(SIDE, BASE, shifted if alike else FIXED)),
        ]
        made = stage(lambda settings, seen=seen: Scripted(seen))
        for number, camera in enumerate(("front", "side")):
            made.absorb(made.sight(frame(0.0, blank(number), camera)), at(0.0))
        warnings = summarize(made, at(0.0), 0).warnings
        assert ("all cameras see base off alike: it was moved, not they" in warnings) == alike


def test_an_object_keeps_its_age_and_its_tracking_while_nothing_comes() -> None:
    made = running(frozen_frames=0)
    words = [summarize(made, at(time_s), to_ns(time_s)).values["tracking.block"] for time_s in (0.6, 1.5, 4.0)]
    assert words == ["tracking", "stale", "lost"]
