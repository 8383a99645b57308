"""Undistorted corners and the poses they allow."""

import numpy as np
import pytest

from benchmarks.calibration_rigs import Noise as RigNoise
from benchmarks.calibration_rigs import exact_views, hand_poses, ideal, near, project, random_rig
from diffpol_ros.calibrate.target_pose import possible_poses
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.lens import distorted, undistorted


def test_undistorting_undoes_distortion_to_the_last_digit() -> None:
    camera = random_rig(np.random.default_rng(0), "base").camera
    grid = np.stack(np.meshgrid(np.linspace(0, 639, 9), np.linspace(0, 479, 7)), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(distorted(camera, undistorted(camera, grid)), grid, atol=1e-9)
    np.testing.assert_array_equal(undistorted(ideal(camera), grid), grid)


def test_a_board_seen_exactly_is_where_it_is() -> None:
    rng = np.random.default_rng(1)
    rig = random_rig(rng, "end_effector")
    for view in exact_views(rig, hand_poses(rig, rng, 5), rng, RigNoise()):
        best = possible_poses(ideal(rig.camera), view.points, view.pixels)[0]
        assert near(best.pose, rig.in_camera(view.hand), 1e-4, 1e-4)
        assert best.residual_px < 1e-4


def test_a_small_square_has_two_poses_and_one_is_true() -> None:
    camera = ideal(random_rig(np.random.default_rng(0), "base").camera)
    square = 0.02 * np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    truth = Pose(np.array([0.1, 0.05, 0.8]), np.array([np.sin(0.2), 0.0, 0.0, np.cos(0.2)]))
    poses = possible_poses(camera, square, project(camera, truth, square))
    assert len(poses) == 2
    assert any(near(one.pose, truth, 0.1, 0.1) for one in poses)


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_points_have_no_pose(count: int) -> None:
    camera = ideal(random_rig(np.random.default_rng(0), "base").camera)
    assert possible_poses(camera, np.zeros((count, 3)), np.zeros((count, 2))) == []


def test_a_target_that_is_not_flat_has_one_pose() -> None:
    rng = np.random.default_rng(2)
    camera = ideal(random_rig(rng, "base").camera)
    cloud = rng.uniform(-0.1, 0.1, (8, 3))
    truth = Pose(np.array([0.0, 0.0, 0.7]), np.array([0.1, 0.2, 0.3, np.sqrt(0.86)]))
    poses = possible_poses(camera, cloud, project(camera, truth, cloud))
    assert len(poses) == 1
    assert near(poses[0].pose, truth, 1e-3, 1e-3)
