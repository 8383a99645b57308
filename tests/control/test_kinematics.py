"""Forward kinematics, Jacobian and the search for a pose agree with the textbook and with each other."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.kinematics import Kinematics, KinematicsError, pose_error
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.spatial import compose, homogeneous, pose_from_homogeneous
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, HOME, KINEMATICS, PANDA

SHARES = arrays(np.float64, 7, elements=st.floats(0.0, 1.0))


def within_limits(shares: Array) -> Array:
    lower, upper = np.array(PANDA.limits.lower), np.array(PANDA.limits.upper)
    return lower + shares * (upper - lower)


def by_matrices(description: RobotDescription, joints: Array) -> Pose:
    """Multiply out the modified Denavit-Hartenberg table."""
    table, matrix = description.kinematics, np.eye(4)
    for a, d, alpha, angle in zip(table.a, table.d, table.alpha, joints, strict=True):
        ca, sa, c, s = math.cos(alpha), math.sin(alpha), math.cos(angle), math.sin(angle)
        matrix = matrix @ np.array(
            [[c, -s, 0, a], [s * ca, c * ca, -sa, -d * sa], [s * sa, c * sa, ca, d * ca], [0, 0, 0, 1]]
        )
    matrix[:3, 3] += table.flange * matrix[:3, 2]
    return compose(pose_from_homogeneous(matrix), description.tool.pose)


@pytest.mark.parametrize("name", ["panda", "fr3"])
@given(shares=SHARES)
def test_forward_kinematics_are_the_product_of_the_table(name: str, shares: Array) -> None:
    description, joints = load_robot_description(name), within_limits(shares)
    expected = by_matrices(description, joints)
    assert np.allclose(homogeneous(Kinematics(description).forward(joints)), homogeneous(expected), atol=1e-12)


@given(shares=SHARES)
def test_the_jacobian_is_the_derivative(shares: Array) -> None:
    joints, step = within_limits(shares), 1e-6
    jacobian = KINEMATICS.jacobian(joints)
    for joint in range(7):
        change = np.eye(7)[joint] * step
        forward, back = KINEMATICS.forward(joints + change), KINEMATICS.forward(joints - change)
        assert np.allclose(jacobian[:, joint], pose_error(forward, back) / (2 * step), atol=1e-6)


def test_home_points_straight_down_where_the_file_says() -> None:
    assert np.allclose(HOME.position, [0.45, 0.0, 0.35], atol=1e-7)
    assert np.allclose(pose_error(Pose(HOME.position, DOWN), HOME), 0.0, atol=1e-7)


@settings(max_examples=40)
@given(x=st.floats(0.35, 0.65), y=st.floats(-0.25, 0.25), z=st.floats(0.02, 0.5))
def test_every_pose_over_the_table_is_found_within_limits(x: float, y: float, z: float) -> None:
    target = Pose([x, y, z], DOWN)
    joints = KINEMATICS.solve_pose(target, PANDA.home_positions)
    assert np.linalg.norm(pose_error(target, KINEMATICS.forward(joints))) < 1e-9
    assert (joints > np.array(PANDA.limits.lower)).all() and (joints < np.array(PANDA.limits.upper)).all()


def test_a_pose_out_of_reach_is_refused() -> None:
    with pytest.raises(KinematicsError, match="no joint positions"):
        KINEMATICS.solve_pose(Pose([1.5, 0.0, 0.3], DOWN), PANDA.home_positions, iterations=50)
