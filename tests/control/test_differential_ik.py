"""Steps stay within every bound, arrive, and come back from where no step could arrive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.control.differential_ik import DifferentialInverseKinematics
from diffpol_ros.control.kinematics import pose_error
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, HOME, KINEMATICS, PANDA

SETTINGS = FollowerSettings()
INVERSE = DifferentialInverseKinematics(PANDA, KINEMATICS, SETTINGS)
PERIOD = SETTINGS.period
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.5])
LOWER = np.array(PANDA.limits.lower) + SETTINGS.joint_margin
UPPER = np.array(PANDA.limits.upper) - SETTINGS.joint_margin
VELOCITY = SETTINGS.velocity_scale * np.array(PANDA.limits.velocity)


def follow(joints: Array, target: Pose, steps: int) -> Array:
    for _ in range(steps):
        joints = INVERSE.step(joints, target, PERIOD).positions
    return joints


def distance(joints: Array, target: Pose) -> float:
    return float(np.linalg.norm(pose_error(target, KINEMATICS.forward(joints))))


@settings(max_examples=25)
@given(st.floats(0.35, 0.65), st.floats(-0.25, 0.25), st.floats(0.02, 0.5), st.floats(-0.8, 0.8))
def test_it_arrives_at_every_pose_over_the_table(x: float, y: float, z: float, yaw: float) -> None:
    target = Pose([x, y, z], [np.cos(yaw / 2), np.sin(yaw / 2), 0.0, 0.0])
    assert distance(follow(PANDA.home_positions, target, 500), target) < 1e-4


@settings(max_examples=25)
@given(st.lists(st.tuples(*[st.floats(-1.5, 1.5)] * 3, *[st.floats(-1.0, 1.0)] * 4), min_size=1, max_size=5))
def test_no_target_leads_out_of_the_limits(targets: list[tuple[float, ...]]) -> None:
    joints = PANDA.home_positions
    for numbers in targets:
        quaternion = np.array(numbers[3:]) + UPRIGHT
        target = Pose(numbers[:3], normalize_quaternion(quaternion))
        for _ in range(60):
            step = INVERSE.step(joints, target, PERIOD)
            assert (np.abs(step.velocities) <= VELOCITY * (1 + 1e-9)).all()
            joints = step.positions
            assert (joints >= LOWER - 1e-12).all() and (joints <= UPPER + 1e-12).all()


@pytest.mark.parametrize("seed", range(10))
def test_it_recovers_from_targets_out_of_reach(seed: int) -> None:
    """Pinned: with little damping the elbow passed the stretched posture, and stuck at its limit on the way back."""
    random = np.random.default_rng(seed)
    near = Pose(random.uniform([0.4, -0.2, 0.05], [0.65, 0.2, 0.5]), DOWN)
    azimuth, elevation = random.uniform([-1.2, -0.3], [1.2, 1.2])
    way = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
    far = Pose(near.position + random.uniform(0.5, 1.2) * way, DOWN)
    joints = follow(follow(PANDA.home_positions, near, 200), far, 300)
    assert distance(joints, near) > 0.05
    assert distance(follow(joints, near, 400), near) < 1e-4


def test_free_motion_returns_to_the_posture_while_the_tool_stays() -> None:
    bent = KINEMATICS.solve_pose(HOME, PANDA.home_positions + np.array([0.5, 0.1, -0.5, 0.0, 0.2, 0.0, 0.0]))
    assert np.abs(bent - PANDA.home_positions).max() > 0.1
    joints = bent
    for _ in range(800):
        joints = INVERSE.step(joints, HOME, PERIOD).positions
        assert distance(joints, HOME) < 1e-3
    assert np.abs(joints - PANDA.home_positions).max() < 1e-2


def test_a_joint_beyond_its_margin_moves_back() -> None:
    joints = PANDA.home_positions
    joints[5] = PANDA.limits.upper[5] - 0.01
    target = KINEMATICS.forward(joints)
    assert INVERSE.step(joints, target, PERIOD).velocities[5] <= 0.0
