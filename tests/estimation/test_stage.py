"""The stage as the node and a replay call it: frames in, estimates out, and nothing wrong in silence."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import identity_pose
from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.estimation.calibration import ObjectModel
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.health.drift import Placement
from diffpol_ros.estimation.stage import EstimationStage, Frame
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.estimation.tracking.hand import HandState
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, draw, error, exact_view
from tests.estimation.stages import SETTINGS, Scripted, at, blank, frame, stage

TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
BLOCK_SEEN = detections(exact_view(FRONT, BLOCK, TRUTH))
BASE_SEEN = detections(exact_view(FRONT, BASE, FIXED))
BASE_OF_SIDE = detections(exact_view(SIDE, BASE, FIXED))
STILL = replace(SETTINGS, frozen_frames=0)
RIGHT = np.array([15.0, 0.0])
STRANGER = TagDetection(77, np.array([[0.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]]), 80.0, 0)


def show(seen: EstimationStage, shown: Frame, late_s: float = 0.01) -> list[ObjectEstimate]:
    """Let a frame pass through the whole stage, `late_s` after its exposure."""
    now_ns = shown.stamp_ns + to_ns(late_s)
    if not seen.arrive(shown.camera, shown.stamp_ns, now_ns, now_ns):
        return []
    return seen.absorb(seen.sight(shown), now_ns)


def scripted(*script: list[TagDetection], **changes: object) -> EstimationStage:
    return stage(lambda settings: Scripted(script), **changes)


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


@pytest.fixture
def pupil_stage() -> Iterator[EstimationStage]:
    seen = stage(open_detector)
    yield seen
    seen.close()


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
