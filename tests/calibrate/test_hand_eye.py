"""Hand-eye both ways: exact where the data are, within the promise where they are noisy, and refused where poor."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration_rigs import (
    Noise,
    Rig,
    deviation,
    exact_views,
    hand_poses,
    ideal,
    jittered,
    near,
    random_rig,
)
from diffpol_ros.calibrate.chain import TargetView, moved
from diffpol_ros.calibrate.hand_eye import solve_hand_eye
from diffpol_ros.calibrate.hand_eye_start import best_start, closed_forms
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import possible_poses
from diffpol_ros.core.spatial import compose, identity_pose, inverse
from diffpol_ros.core.types import Pose

MOUNTS = pytest.mark.parametrize("mount", ["end_effector", "base"])
USUAL = Noise(0.1, 1e-4, np.radians(0.02))


def set_up(mount: str, seed: int, noise: Noise, count: int = 12) -> tuple[Rig, list[TargetView]]:
    rng = np.random.default_rng(seed)
    rig = random_rig(rng, mount)
    return rig, exact_views(rig, hand_poses(rig, rng, count), rng, noise)


@MOUNTS
@pytest.mark.parametrize("seed", range(3))
def test_exact_data_give_the_exact_camera(mount: str, seed: int) -> None:
    rig, views = set_up(mount, seed, Noise())
    found = solve_hand_eye(ideal(rig.camera), views, mount)
    assert near(found.camera, rig.camera_pose, 1e-6, 1e-6)
    assert near(found.target, rig.target_pose, 1e-6, 1e-6)
    assert found.refused == ()


@MOUNTS
@pytest.mark.parametrize("seed", range(3))
def test_noisy_data_keep_the_promise(mount: str, seed: int) -> None:
    rig, views = set_up(mount, seed, USUAL, 15)
    found = solve_hand_eye(ideal(rig.camera), views, mount)
    millimetres, degrees = deviation(found.camera, rig.camera_pose)
    assert millimetres < 1.5
    assert degrees < 0.15
    assert millimetres < 5e3 * np.sqrt(np.trace(found.covariance[:3, :3]))


@MOUNTS
@settings(max_examples=4)
@given(seed=st.integers(0, 1000))
def test_a_change_of_base_moves_only_what_is_fixed_in_the_base(mount: str, seed: int) -> None:
    rig, views = set_up(mount, 5, USUAL, 8)
    change = jittered(identity_pose(), np.random.default_rng(seed), 1.0, 1.5)
    rebased = [replace(view, hand=compose(change, view.hand)) for view in views]
    plain, other = (solve_hand_eye(ideal(rig.camera), of, mount) for of in (views, rebased))
    in_base = "camera" if mount == "base" else "target"
    for name in ("camera", "target"):
        expected: Pose = getattr(plain, name)
        expected = compose(change, expected) if name == in_base else expected
        assert near(getattr(other, name), expected, 1e-4, 1e-4)


@MOUNTS
def test_the_wrong_one_of_two_poses_in_some_images_does_not_mislead_the_start(mount: str) -> None:
    rig, views = set_up(mount, 2, USUAL)
    camera = ideal(rig.camera)
    seen = [possible_poses(camera, view.points, view.pixels) for view in views]
    assert all(len(poses) == 2 for poses in seen)
    mixed = [poses[::-1] if index % 4 == 0 else poses for index, poses in enumerate(seen)]
    start = best_start(camera, views, mixed, mount)
    assert near(start.camera, rig.camera_pose, 10.0, 1.0)


@MOUNTS
def test_an_image_in_which_the_target_was_moved_is_left_out_and_named(mount: str) -> None:
    rig, views = set_up(mount, 3, USUAL)
    nudge = np.array([0.01, 0.02, 0.0, 0.0, 0.0, 0.1])
    elsewhere = replace(rig, target_pose=moved(rig.target_pose, nudge))
    rng = np.random.default_rng(0)
    views[4] = replace(exact_views(elsewhere, [views[4].hand], rng, USUAL)[0], name="image_004")
    found = solve_hand_eye(ideal(rig.camera), views, mount)
    assert found.refused == ("image_004",)
    assert near(found.camera, rig.camera_pose, 1.5, 0.15)


@MOUNTS
def test_few_views_are_refused(mount: str) -> None:
    rig, views = set_up(mount, 0, Noise(), 7)
    with pytest.raises(Refusal, match="7 images show the target, at least 8 are needed"):
        solve_hand_eye(ideal(rig.camera), views, mount)


@MOUNTS
def test_turns_about_one_axis_are_refused_and_the_missing_one_is_named(mount: str) -> None:
    rig, views = set_up(mount, 0, Noise(), 1)
    hands = about_z(views[0].hand)
    views = exact_views(rig, hands, np.random.default_rng(0), Noise())
    with pytest.raises(Refusal, match=r"turn it about its [xy] axis by 20 degrees"):
        solve_hand_eye(ideal(rig.camera), views, mount)


def about_z(hand: Pose) -> Sequence[Pose]:
    turns = [Pose(np.zeros(3), np.array([0.0, 0.0, np.sin(a), np.cos(a)])) for a in np.linspace(-0.4, 0.4, 9)]
    return [compose(hand, turn) for turn in turns]


@MOUNTS
def test_a_target_of_another_size_is_refused(mount: str) -> None:
    rig, views = set_up(mount, 1, USUAL)
    larger = [replace(view, points=1.15 * view.points) for view in views]
    with pytest.raises(Refusal, match="images and hand poses disagree"):
        solve_hand_eye(ideal(rig.camera), larger, mount)


def test_the_wrong_mount_is_refused() -> None:
    rig, views = set_up("base", 1, USUAL)
    with pytest.raises(Refusal, match="disagree"):
        solve_hand_eye(ideal(rig.camera), views, "end_effector")


@MOUNTS
@pytest.mark.skipif(not hasattr(cv2, "calibrateHandEye"), reason="OpenCV 5.0 leaves calibrateHandEye out of Python")
def test_opencv_s_closed_forms_agree_with_ours(mount: str) -> None:
    rig, views = set_up(mount, 0, USUAL)
    targets = [possible_poses(ideal(rig.camera), view.points, view.pixels)[0].pose for view in views]
    ways = [view.hand if mount == "end_effector" else inverse(view.hand) for view in views]
    forms = dict(closed_forms(ways, targets))
    assert len(forms) == 6
    assert all(near(pose, rig.camera_pose, 5.0, 0.5) for pose in forms.values())
    assert near(forms["park (OpenCV)"], forms["park (ours)"], 0.1, 0.02)
