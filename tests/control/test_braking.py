"""The stopping path in closed form is the one that the limiter brakes along, and no bound is broken on it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.braking import Braking, Motion, detours, motion_limits
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.settings import FollowerSettings
from tests.control.arm import PANDA

SETTINGS = FollowerSettings()
BRAKING = Braking(PANDA.limits, SETTINGS)
ACCELERATION = SETTINGS.acceleration_scale * np.array(PANDA.limits.acceleration)
JERK = SETTINGS.jerk_scale * np.array(PANDA.limits.jerk)
SHARES = arrays(np.float64, 7, elements=st.floats(-1.0, 1.0))
VELOCITIES = arrays(np.float64, 7, elements=st.floats(-2.0, 2.0))


def motion(velocities: np.ndarray, shares: np.ndarray) -> Motion:
    return Motion(PANDA.home_positions, velocities.tolist(), (shares * ACCELERATION).tolist())


@given(VELOCITIES, SHARES, st.integers(1, 40))
def test_braking_follows_the_path_whatever_the_steps_are(
    velocities: np.ndarray, shares: np.ndarray, count: int
) -> None:
    limiter, start = JointLimiter(PANDA.limits, SETTINGS), motion(velocities, shares)
    limiter.restore(start)
    path = BRAKING.path(start)
    for expected in path.sample(count):
        assert np.allclose(limiter.brake(max(path.duration, 1e-6) / count), expected, atol=1e-9)
    assert np.allclose(limiter.positions, BRAKING.rest(start), atol=1e-9)


@given(VELOCITIES, SHARES)
def test_the_path_ends_at_rest_within_acceleration_and_jerk(velocities: np.ndarray, shares: np.ndarray) -> None:
    path = BRAKING.path(motion(velocities, shares))
    assert np.allclose(path.velocities[3], 0.0, atol=1e-9) and np.allclose(path.accelerations[3], 0.0, atol=1e-9)
    assert (np.abs(path.accelerations) <= ACCELERATION * (1 + 1e-9)).all()
    assert (np.abs(path.jerks) <= JERK * (1 + 1e-9)).all()
    assert (np.diff(path.times, axis=0) >= 0.0).all()


@given(VELOCITIES, SHARES)
def test_the_end_of_the_path_is_where_it_says_the_joints_would_stand(
    velocities: np.ndarray, shares: np.ndarray
) -> None:
    start = motion(velocities, shares)
    path = BRAKING.path(start)
    assert np.allclose(path.positions[3], BRAKING.rest(start), atol=1e-12)
    assert np.allclose(path.sample(5)[-1], BRAKING.rest(start), atol=1e-12)


def test_an_arm_at_rest_stays() -> None:
    still = motion(np.zeros(7), np.zeros(7))
    assert (BRAKING.rest(still) == PANDA.home_positions).all()
    assert BRAKING.path(still).duration == 0.0


@given(st.floats(0.1, 1.0), st.floats(0.01, 1.0), VELOCITIES, SHARES)
def test_no_joint_makes_a_longer_detour_than_is_said(
    jerk: float, acceleration: float, velocities: np.ndarray, shares: np.ndarray
) -> None:
    """Of an arm that is turned, as far as that shows: velocities of the size that acceleration can turn."""
    settings = FollowerSettings(jerk_scale=jerk, acceleration_scale=acceleration)
    limits = motion_limits(PANDA.limits, settings)
    greatest, steepest = np.array(limits.accelerations), np.array(limits.jerks)
    turned = velocities / 2.0 * greatest**2 / (2.0 * steepest)
    path = Braking(PANDA.limits, settings).path(
        Motion(PANDA.home_positions, turned.tolist(), (shares * greatest).tolist())
    )
    assert (detour(path.sample(200), path.positions[0]) <= detours(limits) + 1e-12).all()


def test_the_longest_detour_is_nearly_reached() -> None:
    limits = motion_limits(PANDA.limits, SETTINGS)
    turned = -(1.0 - 0.5**2) * ACCELERATION**2 / (2.0 * JERK)
    path = BRAKING.path(Motion(PANDA.home_positions, turned.tolist(), ACCELERATION.tolist()))
    assert (detour(path.sample(2000), path.positions[0]) >= 0.9 * detours(limits)).all()


def detour(way: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return how far joints leave (7,) the way from `start` to its end [rad]."""
    lowest, highest = np.minimum(start, way[-1]), np.maximum(start, way[-1])
    return np.maximum(lowest - way, way - highest).max(axis=0)
