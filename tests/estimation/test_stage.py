"""The stage as the node and a replay call it: frames in, estimates out, and nothing wrong in silence."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import identity_pose
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.health.drift import Placement
from diffpol_ros.estimation.stage import EstimationStage, Frame
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.estimation.tracking.hand import HandState
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, draw, error, exact_view
from tests.estimation.stages import SETTINGS, Scripted, at, blank, frame, scripted, show, stage

TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
BLOCK_SEEN = detections(exact_view(FRONT, BLOCK, TRUTH))
BASE_SEEN = detections(exact_view(FRONT, BASE, FIXED))
STRANGER = TagDetection(77, np.array([[0.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]]), 80.0, 0)


def test_what_a_frame_shows_is_estimated_at_its_exposure() -> None:
    (estimate,) = show(scripted([*BLOCK_SEEN, *BASE_SEEN]), frame(0.0, blank(0)))
    assert (estimate.name, estimate.stamp_ns) == ("block", at(0.0))
    assert error(estimate.pose, TRUTH)[0] < 0.01


def test_colour_is_turned_grey_and_other_encodings_are_named() -> None:
    seen = scripted(BLOCK_SEEN)
    colour = np.zeros((480, 640, 3), np.uint8)
    assert len(show(seen, Frame("front", at(0.0), colour, "rgb8"))) == 1
    assert show(seen, Frame("front", at(0.1), colour, "bayer_rggb8")) == []
    assert "image encoding is 'bayer_rggb8'" in summarize(seen, at(0.1), at(0.1)).errors[0]
    assert seen.refused["image.front"] == 1


def test_a_picture_turned_by_a_quarter_is_named() -> None:
    seen = scripted(BLOCK_SEEN)
    assert show(seen, frame(0.0, np.ascontiguousarray(np.rot90(blank(0))))) == []
    (said,) = summarize(seen, at(0.0), at(0.0)).errors
    assert "camera front: image is 480x640, its calibration is for 640x480" in said


def test_an_older_frame_is_fused_or_counted_but_never_taken_for_new() -> None:
    seen = scripted(BLOCK_SEEN)
    show(seen, frame(1.0, blank(0)))
    estimates = show(seen, frame(0.95, blank(0)))
    assert all(estimate.stamp_ns == at(1.0) for estimate in estimates)
    assert seen.eyes["front"].health.counts["stamp.late"] == 1
    assert show(seen, frame(0.2, blank(0))) == []
    assert seen.estimator.counters.refused["out_of_order"] >= 1


@pytest.mark.parametrize(("late_s", "fault"), [(-3.0, "future"), (9.0, "old")])
def test_a_stamp_that_cannot_be_is_refused(late_s: float, fault: str) -> None:
    seen = scripted(BLOCK_SEEN)
    assert show(seen, frame(0.0, blank(0)), late_s) == []
    assert seen.eyes["front"].health.counts[f"stamp.{fault}"] == 1
    assert summarize(seen, at(0.0), at(0.0)).errors


def test_tags_of_nothing_are_counted_by_id() -> None:
    seen = scripted([*BLOCK_SEEN, STRANGER])
    show(seen, frame(0.0, blank(0)))
    assert summarize(seen, at(0.0), at(0.0)).values["unknown_tags.77"] == 1


def test_a_frozen_camera_is_named_and_refused_until_it_moves_again() -> None:
    seen = scripted(BLOCK_SEEN, BLOCK_SEEN, frozen_frames=3)
    used = [len(show(seen, frame(0.1 * i, blank(0)))) for i in range(5)]
    assert used == [1, 1, 0, 0, 0]
    assert "camera front is frozen" in summarize(seen, at(0.5), at(0.5)).errors[0]
    assert len(show(seen, frame(0.6, blank(1)))) == 1
    assert summarize(seen, at(0.6), at(0.6)).errors == ()


def test_a_noisy_camera_at_rest_is_never_frozen(pupil_stage: EstimationStage) -> None:
    for i in range(8):
        picture = draw(FRONT, [(BASE, FIXED), (BLOCK, TRUTH)], seed=i)
        assert len(show(pupil_stage, frame(0.1 * i, picture))) == 1


def test_reset_forgets_objects_but_not_what_is_known_of_cameras() -> None:
    seen = scripted([*BLOCK_SEEN, *BASE_SEEN])
    show(seen, frame(1.0, blank(0)))
    seen.reset()
    assert seen.reports(at(1.0)) == []
    assert seen.eyes["front"].landmarks.placement is Placement.VERIFIED
    assert len(show(seen, frame(0.5, blank(0)))) == 1


def test_every_camera_has_a_detector_of_its_own_and_all_are_closed() -> None:
    made: list[Scripted] = []

    def open_detector(_: object) -> Scripted:
        made.append(Scripted())
        return made[-1]

    seen = stage(open_detector)
    assert len(made) == 2
    seen.close()
    assert all(detector.closed for detector in made)


def test_the_hand_is_needed_by_cameras_on_it_and_by_the_grasp_prior() -> None:
    assert not scripted().needs_hand
    assert scripted(grasp_prior=True).needs_hand
    on_hand = replace(FRONT, mount="end_effector")
    assert EstimationStage([on_hand], [BLOCK], [], SETTINGS, lambda settings: Scripted()).needs_hand


def test_a_camera_on_the_hand_is_judged_from_where_the_hand_was() -> None:
    hand, away = identity_pose(), Pose(np.array([0.1, 0.0, 0.0]), identity_pose().quaternion)
    seen = EstimationStage(
        [replace(FRONT, mount="end_effector")],
        [BLOCK],
        [BASE],
        replace(SETTINGS, frozen_frames=0),
        lambda settings: Scripted([BASE_SEEN]),
    )
    show(seen, frame(0.0, blank(0)))
    assert seen.eyes["front"].landmarks.placement is Placement.UNVERIFIED
    for pose, placement in ((hand, Placement.VERIFIED), (away, Placement.MOVED)):
        seen.eyes["front"].landmarks.forget()
        for i in range(40):
            start_s = 1.0 if pose is hand else 11.0
            for ahead_s in (0.0, 0.05):
                seen.see_hand(HandState(at(start_s + 0.1 * i + ahead_s), pose, 0.08))
            show(seen, frame(start_s + 0.1 * i + 0.02, blank(0)), late_s=0.05)
        assert seen.eyes["front"].landmarks.placement is placement


@pytest.mark.parametrize(
    ("objects", "landmarks", "changes", "named"),
    [
        ([BASE], [BASE], {}, "two objects share a name"),
        ([BASE], [BLOCK], {}, "landmark 'block' has no fixed_pose"),
        ([BLOCK], [replace(BASE, tags=(replace(BASE.tags[0], id=10),))], {}, "tag 10 is claimed by objects"),
        ([BLOCK], [BASE], {"expected_rates": (15.0, 15.0, 15.0)}, "expected_rates has 3 for 2 cameras"),
    ],
)
def test_what_cannot_be_is_refused(objects: list, landmarks: list, changes: dict, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        EstimationStage([FRONT, SIDE], objects, landmarks, replace(SETTINGS, **changes), lambda settings: Scripted())


@pytest.mark.parametrize("wrong", [{"mode": "mean"}, {"lost_after": 0.1}, {"frozen_frames": 1}, {"drift_warn": 1.0}])
def test_every_group_of_settings_is_checked(wrong: dict) -> None:
    with pytest.raises(ValueError):
        StageSettings(**wrong)


def test_the_same_frames_give_the_same_estimates(pupil_stage: EstimationStage) -> None:
    def run(seen: EstimationStage, pictures: list[GreyImage]) -> list[bytes]:
        found = [show(seen, frame(0.1 * i, picture)) for i, picture in enumerate(pictures)]
        return [one.pose.position.tobytes() + one.covariance.tobytes() for each in found for one in each]

    pictures = [draw(FRONT, [(BASE, FIXED), (BLOCK, TRUTH)], seed=i) for i in range(3)]
    first = run(pupil_stage, pictures)
    pupil_stage.reset()
    fresh = stage(open_detector)
    assert run(fresh, pictures) == first
    assert len(first) == 3
    fresh.close()
