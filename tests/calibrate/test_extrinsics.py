"""The camera from tags at known places."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.calibration_rigs import CAMERA_DISTORTION, deviation, jittered, near, project
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.extrinsics import ExtrinsicsLimits, solve_extrinsics
from diffpol_ros.calibrate.landmarks import landmark_corners
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.targets import known_corners, view_of
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import compose, identity_pose, inverse
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import ObjectModel, PoseSettings, TagModel
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BASE, BLOCK, FRONT

CAMERA = replace(FRONT, distortion=CAMERA_DISTORTION)
FLAT = (0.7071067812, 0.7071067812, 0.0, 0.0)
PLACES = ((0.1, 0.12, 0.0), (0.1, -0.12, 0.0), (-0.1, 0.12, 0.0), (-0.1, -0.12, 0.0))
FOUR = ObjectModel(
    "four",
    tuple(TagModel(position=place, quaternion=FLAT, id=20 + index, size=0.05) for index, place in enumerate(PLACES)),
    PoseSettings((0.5, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
)


def fixed(pose: Pose) -> PoseSettings:
    return PoseSettings(tuple(pose.position.tolist()), tuple(pose.quaternion.tolist()))


def place_of(model: ObjectModel) -> Pose:
    assert model.fixed_pose is not None
    return model.fixed_pose.pose


def detections(camera: Pose, models: Sequence[ObjectModel], noise_px: float = 0.0, seed: int = 0) -> list[TagDetection]:
    rng, found = np.random.default_rng(seed), []
    for model in models:
        for tag in model.tags:
            pose = compose(inverse(camera), compose(place_of(model), tag.pose))
            corners = project(CAMERA, pose, corner_points(tag.size))
            found.append(TagDetection(tag.id, corners + rng.normal(0.0, noise_px, (4, 2)), 80.0, 0))
    return found


def looked(models: Sequence[ObjectModel], found: Sequence[TagDetection], name: str = "image") -> TargetView:
    view = view_of(CAMERA, name, known_corners(landmark_corners(models), found), None)
    assert view is not None
    return view


def images(camera: Pose, models: Sequence[ObjectModel], count: int = 10, noise_px: float = 0.05) -> list[TargetView]:
    return [looked(models, detections(camera, models, noise_px, index), f"image_{index}") for index in range(count)]


def placed(seed: int) -> Pose:
    return jittered(FRONT.pose.pose, np.random.default_rng(seed), 0.05, 0.1)


@pytest.mark.parametrize("seed", range(3))
def test_exact_corners_give_the_exact_camera(seed: int) -> None:
    found = solve_extrinsics(CAMERA, images(placed(seed), [FOUR], noise_px=0.0))
    assert near(found.camera, placed(seed), 1e-6, 1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_four_tags_keep_the_promise(seed: int) -> None:
    found = solve_extrinsics(CAMERA, images(placed(seed), [FOUR]))
    assert near(found.camera, placed(seed), 1.0, 0.1)
    assert len(found.views) == 10


def test_one_base_tag_is_enough_within_the_paper_s_tolerance_and_says_how_well() -> None:
    found = solve_extrinsics(CAMERA, images(placed(0), [BASE]))
    millimetres, degrees = deviation(found.camera, placed(0))
    assert millimetres < 4.0
    assert degrees < 1.0
    assert millimetres < 4e3 * np.sqrt(np.trace(found.covariance[:3, :3]))


@settings(max_examples=5)
@given(seed=st.integers(0, 1000))
@example(seed=529)  # of the two poses of a flat target OpenCV's solver gave only the wrong one here
def test_a_change_of_base_moves_the_camera_with_the_landmarks(seed: int) -> None:
    change = jittered(identity_pose(), np.random.default_rng(seed), 1.0, 1.5)
    moved = replace(FOUR, fixed_pose=fixed(compose(change, place_of(FOUR))))
    seen = [detections(placed(1), [FOUR], 0.05, index) for index in range(5)]
    plain, other = (solve_extrinsics(CAMERA, [looked([model], found) for found in seen]) for model in (FOUR, moved))
    assert near(other.camera, compose(change, plain.camera), 1e-4, 1e-4)


def test_more_images_of_the_same_do_not_promise_more_than_their_common_error() -> None:
    few, many = (solve_extrinsics(CAMERA, images(placed(0), [FOUR], count)) for count in (5, 40))
    shrunk = np.sqrt(np.trace(many.covariance[:3, :3]) / np.trace(few.covariance[:3, :3]))
    assert 0.5 < shrunk < 1.1


def test_few_images_are_refused() -> None:
    with pytest.raises(Refusal, match="4 images show a known tag, at least 5 are needed"):
        solve_extrinsics(CAMERA, images(placed(0), [FOUR], 4))


def test_an_image_from_before_the_camera_was_moved_is_left_out_and_named() -> None:
    nudged = jittered(placed(0), np.random.default_rng(9), 0.01, 0.02)
    views = [*images(nudged, [FOUR], 1), *images(placed(0), [FOUR], 8)]
    views[0] = replace(views[0], name="before")
    found = solve_extrinsics(CAMERA, views)
    assert found.refused == ("before",)
    assert near(found.camera, placed(0), 1.0, 0.1)


def test_a_camera_that_moved_half_way_is_refused() -> None:
    nudged = jittered(placed(0), np.random.default_rng(9), 0.01, 0.02)
    with pytest.raises(Refusal, match="the camera or the tags moved"):
        solve_extrinsics(CAMERA, [*images(nudged, [FOUR], 5), *images(placed(0), [FOUR], 5)])


def test_two_poses_that_cannot_be_told_apart_are_refused() -> None:
    """A small tag far off, seen at a slant: the corners' noise hides which way it leans."""
    small = ObjectModel("small", (replace(BASE.tags[0], size=0.012),), BASE.fixed_pose)
    limits = ExtrinsicsLimits(position_mm=1e4, rotation_deg=90.0)
    with pytest.raises(Refusal, match=r"two camera poses \d+ degrees apart"):
        solve_extrinsics(CAMERA, images(placed(0), [small], noise_px=0.1), limits)


def test_a_tag_that_lies_elsewhere_is_refused() -> None:
    shifted = replace(FOUR, tags=(replace(FOUR.tags[0], position=(0.13, 0.12, 0.0)), *FOUR.tags[1:]))
    views = [looked([shifted], detections(placed(0), [FOUR], 0.05, seed)) for seed in range(6)]
    with pytest.raises(Refusal, match="see whether tags lie where their file says"):
        solve_extrinsics(CAMERA, views)


def test_a_tag_too_small_to_tell_is_refused() -> None:
    limits = ExtrinsicsLimits(position_mm=0.01)
    with pytest.raises(Refusal, match="only: show it more known tags"):
        solve_extrinsics(CAMERA, images(placed(0), [BASE]), limits)


def test_only_fixed_objects_are_landmarks() -> None:
    with pytest.raises(Refusal, match="'block' has no fixed_pose"):
        landmark_corners([BLOCK])
    with pytest.raises(SettingsError, match="tag 0 is claimed by"):
        landmark_corners([BASE, replace(BASE, name="other")])


def test_an_image_without_a_known_tag_shows_nothing() -> None:
    seen = known_corners(landmark_corners([BASE]), [TagDetection(500, np.zeros((4, 2)), 80.0, 0)])
    assert view_of(CAMERA, "none", seen, None) is None
