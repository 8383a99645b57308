"""One tag's two poses."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.fusion.tag_pose import corner_points, poses_of_tags, tag_poses
from tests.estimation.scenes import FRONT, error, project

SIZE = 0.048
numbers = st.floats(-1.0, 1.0)


@settings(max_examples=60, deadline=None)
@example(x=0.0, y=0.0, depth=0.6, tilt=0.5, around=0.5 * np.pi)  # symmetric corners: OpenCV alone gives nan
@example(x=0.0, y=0.0, depth=0.65, tilt=0.2, around=0.5 * np.pi)  # and here a pose turned by 177 degrees
@example(x=0.64, y=1e-05, depth=1.0, tilt=1.0, around=0.5 * np.pi)  # and here one turned by 93, off by 0.3 px
@given(x=numbers, y=numbers, depth=st.floats(0.3, 1.0), tilt=st.floats(0.2, 1.1), around=st.floats(-3.1, 3.1))
def test_exact_corners_give_back_the_pose(x: float, y: float, depth: float, tilt: float, around: float) -> None:
    axis = tilt * np.array([np.cos(around), np.sin(around), 0.0])
    truth = Pose(np.array([0.3 * x * depth, 0.3 * y * depth, depth]), quaternion_from_rotation_vector(axis))
    solutions = tag_poses(FRONT, project(FRONT, truth, corner_points(SIZE)), SIZE)
    distance_mm, angle_deg = error(solutions[0].pose, truth)
    assert distance_mm < 0.05
    assert angle_deg < 1.0
    assert solutions[0].residual_px < 0.01


@settings(max_examples=100, deadline=None)
@example(x=0.0, y=0.0, tilt=0.0, around=0.0, spin=0.0, noise=0.0)
@given(
    x=numbers,
    y=numbers,
    tilt=st.floats(0.0, 1.1),
    around=st.floats(-3.1, 3.1),
    spin=st.floats(-3.1, 3.1),
    noise=st.floats(0.0, 2.0),
)
def test_poses_are_finite_ranked_and_different(
    x: float, y: float, tilt: float, around: float, spin: float, noise: float
) -> None:
    lean = quaternion_from_rotation_vector(tilt * np.array([np.cos(around), np.sin(around), 0.0]))
    turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, spin]))
    truth = Pose(np.array([0.2 * x, 0.2 * y, 0.6]), multiply_quaternions(lean, turn))
    exact = project(FRONT, truth, corner_points(SIZE))
    solutions = tag_poses(FRONT, exact + noise * np.random.default_rng(0).normal(size=(4, 2)), SIZE)
    assert all(np.all(np.isfinite(one.pose.position)) and one.pose.position[2] > 0.0 for one in solutions)
    assert [one.residual_px for one in solutions] == sorted(one.residual_px for one in solutions)
    assert noise > 0.0 or min(error(one.pose, truth)[1] for one in solutions) < 0.01
    if len(solutions) == 2:
        assert error(solutions[0].pose, solutions[1].pose)[1] > 0.01


def test_many_tags_at_once_are_each_as_alone() -> None:
    places = [
        Pose(np.array([0.1, -0.05, 0.3 + 0.1 * i]), quaternion_from_rotation_vector(np.array([0.1 * i, 0.3, 0.2])))
        for i in range(5)
    ]
    sizes = [0.02 + 0.01 * i for i in range(5)]
    seen = np.array([project(FRONT, place, corner_points(size)) for place, size in zip(places, sizes, strict=True)])
    seen += np.random.default_rng(0).normal(0.0, 0.05, seen.shape)
    for corners, size, together in zip(seen, sizes, poses_of_tags(FRONT, seen, sizes), strict=True):
        alone = tag_poses(FRONT, corners, size)
        assert len(alone) == len(together)
        for one, other in zip(alone, together, strict=True):
            assert one.pose.position == pytest.approx(other.pose.position, abs=1e-6)
            assert one.residual_px == pytest.approx(other.residual_px, abs=1e-4)


@pytest.mark.parametrize("corners", [np.zeros((4, 2)), np.full((4, 2), np.nan), np.arange(8.0).reshape(4, 2)])
def test_what_is_no_square_has_no_pose(corners: np.ndarray) -> None:
    assert tag_poses(FRONT, corners, SIZE) == []
    assert poses_of_tags(FRONT, np.empty((0, 4, 2)), []) == []


def test_a_tag_seen_from_afar_has_a_second_pose_nearly_as_good() -> None:
    truth = Pose(np.array([0.0, 0.0, 1.0]), quaternion_from_rotation_vector(np.array([0.5, 0.0, 0.0])))
    solutions = tag_poses(FRONT, project(FRONT, truth, corner_points(0.02)), 0.02)
    assert len(solutions) == 2
    assert solutions[1].residual_px < 0.2
    assert error(solutions[1].pose, truth)[1] > 30.0


def test_the_tag_frame_is_x_right_y_down_z_into_the_paper() -> None:
    face_on = Pose(np.array([0.0, 0.0, 0.5]), np.array([0.0, 0.0, 0.0, 1.0]))
    lower_left, lower_right, upper_right, _ = project(FRONT, face_on, corner_points(SIZE))
    assert lower_left[0] < lower_right[0]
    assert upper_right[1] < lower_right[1]
