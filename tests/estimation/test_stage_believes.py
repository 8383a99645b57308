"""Whom the stage believes: cameras that were moved or turned, cameras and tags that contradict each other."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from diffpol_ros.core.types import Pose, Tracking
from diffpol_ros.estimation.calibration import ObjectModel
from diffpol_ros.estimation.health.drift import Placement
from diffpol_ros.estimation.stage import EstimationStage
from diffpol_ros.estimation.summary import summarize
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, draw, error, exact_view
from tests.estimation.stages import SETTINGS, Scripted, at, blank, frame, scripted, show

TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
BLOCK_SEEN = detections(exact_view(FRONT, BLOCK, TRUTH))
BASE_SEEN = detections(exact_view(FRONT, BASE, FIXED))
BASE_OF_SIDE = detections(exact_view(SIDE, BASE, FIXED))
STILL = replace(SETTINGS, frozen_frames=0)
RIGHT = np.array([15.0, 0.0])


def test_a_camera_that_was_moved_is_refused_by_name_and_comes_back() -> None:
    shifted = [replace(found, corners=found.corners + RIGHT) for found in [*BLOCK_SEEN, *BASE_SEEN]]
    seen = scripted([*BLOCK_SEEN, *BASE_SEEN], shifted, frozen_frames=0)
    right = [len(show(seen, frame(0.1 * i, blank(0)))) for i in range(30)]
    wrong = [len(show(seen, frame(0.1 * i, blank(1)))) for i in range(30, 60)]
    assert (right, wrong) == ([1] * 30, [0] * 30)
    summary = summarize(seen, at(6.0), at(6.0))
    assert any("camera front sees base" in text and "is refused" in text for text in summary.errors)
    assert summary.values["refused.moved.front"] == 30
    assert summary.values["placement.front"] == "moved"
    again = [len(show(seen, frame(0.1 * i, blank(0)))) for i in range(60, 90)]
    assert again[-1] == 1
    assert summarize(seen, at(9.0), at(9.0)).errors == ()


def test_a_refused_camera_stays_refused_where_the_landmark_is_hidden() -> None:
    shifted = [replace(found, corners=found.corners + RIGHT) for found in [*BLOCK_SEEN, *BASE_SEEN]]
    seen = scripted(shifted, shifted[: len(BLOCK_SEEN)])
    assert show(seen, frame(0.0, blank(0))) == []
    assert show(seen, frame(0.1, blank(1))) == []


def test_the_other_camera_goes_on_beside_a_refused_one() -> None:
    side = detections(exact_view(SIDE, BLOCK, TRUTH))
    shifted = [replace(found, corners=found.corners + RIGHT) for found in [*BLOCK_SEEN, *BASE_SEEN]]
    seen = scripted(shifted, side)
    assert show(seen, frame(0.0, blank(0))) == []
    (estimate,) = show(seen, frame(0.0, blank(1), "side"))
    assert error(estimate.pose, TRUTH)[0] < 0.01


@pytest.mark.parametrize("turn", [cv2.ROTATE_180, None])
def test_a_picture_upside_down_or_of_another_camera_is_never_a_silent_wrong_pose(
    pupil_stage: EstimationStage, turn: int | None
) -> None:
    things = [(BASE, FIXED), (BLOCK, TRUTH)]
    picture = draw(SIDE, things) if turn is None else np.asarray(cv2.rotate(draw(FRONT, things), turn), np.uint8)
    assert show(pupil_stage, frame(0.0, picture)) == []
    (said,) = summarize(pupil_stage, at(0.0), at(0.0)).errors
    assert "camera front sees base" in said


def test_a_camera_that_saw_no_landmark_is_called_unverified() -> None:
    seen = scripted(BLOCK_SEEN, BASE_SEEN)
    assert len(show(seen, frame(0.0, blank(0)))) == 1
    assert "camera front is unverified: it has seen no landmark" in summarize(seen, at(0.0), at(0.0)).warnings
    show(seen, frame(0.1, blank(1)))
    assert seen.eyes["front"].landmarks.placement is Placement.VERIFIED
    assert "camera front is unverified" not in summarize(seen, at(0.1), at(0.1)).message


def test_cameras_that_no_landmark_can_vouch_for_are_named() -> None:
    seen = EstimationStage([FRONT], [BLOCK], [], SETTINGS, lambda settings: Scripted())
    summary = summarize(seen, at(0.0), at(0.0))
    assert summary.notes == ("no landmark would tell that camera front was moved",)


def contradicted(landmarks: tuple[ObjectModel, ...] = (BASE,)) -> EstimationStage:
    """Return a stage whose front camera sees the block 30 mm off and no landmark; the side camera is right."""
    away = Pose(TRUTH.position + np.array([0.0, 0.03, 0.0]), TRUTH.quaternion)
    script = [detections(exact_view(FRONT, BLOCK, away)), detections(exact_view(SIDE, BLOCK, TRUTH)), BASE_OF_SIDE]
    seen = EstimationStage([FRONT, SIDE], [BLOCK], landmarks, STILL, lambda settings: Scripted(script))
    show(seen, frame(-0.1, blank(2), "side"))
    return seen


def test_cameras_that_see_an_object_in_two_places_are_named_and_neither_is_believed() -> None:
    seen = contradicted(landmarks=())
    used = [
        len(show(seen, frame(0.1 * i, blank(number), camera)))
        for i in range(10)
        for number, camera in enumerate(("front", "side"))
    ]
    assert sum(used) == 1
    (said,) = summarize(seen, at(1.0), at(1.0)).errors
    assert "cameras front and side see block 30.0 mm and" in said
    assert seen.refused["disputed.block.side"] == 10
    (estimate,) = seen.estimator.estimates(at(4.0))
    assert estimate.tracking is Tracking.LOST


def test_a_camera_that_a_landmark_vouches_for_is_believed_against_one_that_saw_none() -> None:
    seen = contradicted()
    for i in range(10):
        show(seen, frame(0.1 * i, blank(0)))
        show(seen, frame(0.1 * i, blank(1), "side"))
    (estimate,) = seen.estimator.estimates(at(1.0))
    assert error(estimate.pose, TRUTH)[0] < 0.01
    assert seen.refused == {"disputed.block.front": 9}


def test_a_camera_that_a_landmark_speaks_against_holds_back_no_other() -> None:
    away = Pose(FIXED.position + np.array([0.0, 0.03, 0.0]), FIXED.quaternion)
    moved = detections(exact_view(FRONT, BLOCK, Pose(TRUTH.position + np.array([0.0, 0.03, 0.0]), TRUTH.quaternion)))
    script = [moved, detections(exact_view(SIDE, BLOCK, TRUTH)), [*moved, *detections(exact_view(FRONT, BASE, away))]]
    seen = scripted(*script, frozen_frames=0)
    show(seen, frame(0.0, blank(0)))
    assert show(seen, frame(0.0, blank(1), "side")) == []
    assert show(seen, frame(0.1, blank(2))) == []
    (estimate,) = show(seen, frame(0.1, blank(1), "side"))
    assert estimate.stamp_ns == at(0.1)


def test_a_camera_that_drifts_is_used_and_named() -> None:
    away = Pose(FIXED.position + np.array([0.0, 0.006, 0.0]), FIXED.quaternion)
    seen = scripted([*BLOCK_SEEN, *detections(exact_view(FRONT, BASE, away))])
    assert len(show(seen, frame(0.0, blank(0)))) == 1
    assert "camera front sees base 6.0 mm and 0.0 mrad off: it drifts" in summarize(seen, at(0.0), at(0.0)).warnings[0]


def test_after_a_reset_cameras_that_agree_are_believed_at_once() -> None:
    seen = contradicted(landmarks=())
    for number, camera in enumerate(("front", "side")):
        show(seen, frame(0.0, blank(number), camera))
    seen.reset()
    assert summarize(seen, at(1.0), at(1.0)).errors == ()
    assert len(show(seen, frame(1.0, blank(1), "side"))) == 1


def test_tags_whose_size_in_the_file_is_wrong_are_named_and_not_believed() -> None:
    printed = replace(BLOCK, tags=tuple(replace(tag, size=0.03) for tag in BLOCK.tags))
    seen = scripted(detections(exact_view(FRONT, printed, TRUTH)), frozen_frames=0)
    assert sum(len(show(seen, frame(0.1 * i, blank(0)))) for i in range(5)) == 0
    (said,) = summarize(seen, at(0.5), at(0.5)).errors
    assert "camera front sees tags of block that contradict each other" in said
