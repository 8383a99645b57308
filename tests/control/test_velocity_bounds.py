"""Joints may move as fast as libfranka lets them where they are, and no faster than the settings' share of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.core.robot_description import load_robot_description
from tests.control.arm import PANDA

FR3 = load_robot_description("fr3")
SHARES = arrays(np.float64, 7, elements=st.floats(0.0, 1.0))
# libfranka's constants as it writes them: greatest velocity, offset, twice the deceleration, upper reference.
FIRST = (2.62, 0.30, 12.0, 2.7501)
SIXTH = (4.18, 0.35, 11.0, 4.5205)


def by_libfranka(position: float, greatest: float, offset: float, factor: float, reference: float) -> float:
    return min(greatest, max(0.0, -offset + math.sqrt(max(0.0, factor * (reference - position)))))


@given(SHARES)
def test_an_fr3_is_limited_as_libfranka_limits_it(shares: np.ndarray) -> None:
    lower, upper = np.array(FR3.limits.lower), np.array(FR3.limits.upper)
    joints = lower + shares * (upper - lower)
    highest = VelocityBounds(FR3.limits, 1.0).at(joints)[1]
    assert highest[0] == pytest.approx(by_libfranka(joints[0], *FIRST))
    assert highest[5] == pytest.approx(by_libfranka(joints[5], *SIXTH))


@given(SHARES, st.floats(0.1, 1.0))
def test_a_share_is_one_everywhere(shares: np.ndarray, scale: float) -> None:
    lower, upper = np.array(FR3.limits.lower), np.array(FR3.limits.upper)
    joints = lower + shares * (upper - lower)
    whole, part = VelocityBounds(FR3.limits, 1.0).at(joints), VelocityBounds(FR3.limits, scale).at(joints)
    assert np.allclose(np.array(part), scale * np.array(whole))
    assert (part[0] <= 0.0).all() and (part[1] >= 0.0).all()


def test_a_panda_is_as_fast_everywhere() -> None:
    bounds = VelocityBounds(PANDA.limits, 0.5)
    for joints in (np.array(PANDA.limits.lower), PANDA.home_positions):
        lowest, highest = bounds.at(joints)
        assert np.allclose(highest, 0.5 * np.array(PANDA.limits.velocity)) and np.allclose(lowest, -highest)
