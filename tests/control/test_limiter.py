"""Whatever is asked, the target moves within velocity, acceleration and jerk."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.limiter import JointLimiter, LimiterError
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.types import JointTarget
from tests.control.arm import PANDA, shares_of_limits

SETTINGS = FollowerSettings()
PERIOD = SETTINGS.period
TARGETS = st.lists(arrays(np.float64, (2, 7), elements=st.floats(-2.5, 2.5)), min_size=1, max_size=8)


def limiter() -> JointLimiter:
    made = JointLimiter(PANDA.limits, SETTINGS)
    made.reset(PANDA.home_positions)
    return made


@settings(max_examples=40)
@given(TARGETS, st.integers(1, 20))
def test_no_target_makes_it_exceed_its_share_of_the_limits(targets: list[np.ndarray], held: int) -> None:
    made, sent = limiter(), [JointTarget(0, PANDA.home_positions, 0.0)] * 4
    for positions, velocities in targets:
        sent += [JointTarget(0, made.follow(positions, velocities, PERIOD), 0.0) for _ in range(held)]
    sent += [JointTarget(0, made.brake(PERIOD), 0.0) for _ in range(200)]
    velocity, acceleration, jerk = shares_of_limits(sent, PERIOD)
    assert velocity <= SETTINGS.velocity_scale + 1e-6
    assert acceleration <= SETTINGS.acceleration_scale + 1e-6
    assert jerk <= SETTINGS.jerk_scale + 1e-4
    assert made.at_rest


def test_it_follows_a_slow_motion_closely() -> None:
    made = limiter()
    for index in range(400):
        time = (index + 1) * PERIOD
        offset, speed = 0.2 * (1 - np.cos(2 * time)), 0.4 * np.sin(2 * time)
        wanted = PANDA.home_positions + offset
        positions = made.follow(wanted, np.full(7, speed), PERIOD)
        assert np.abs(positions - wanted).max() < 0.01


def test_it_reaches_a_far_target_and_stands_still() -> None:
    made = limiter()
    for _ in range(300):
        made.follow(PANDA.home_positions + 0.5, np.zeros(7), PERIOD)
    assert np.allclose(made.positions, PANDA.home_positions + 0.5, atol=1e-9)
    assert made.at_rest


def test_a_restored_motion_is_the_saved_one() -> None:
    made = limiter()
    for _ in range(5):
        made.follow(PANDA.home_positions + 0.5, np.zeros(7), PERIOD)
    saved = made.save()
    once = made.follow(PANDA.home_positions, np.zeros(7), PERIOD)
    made.restore(saved)
    assert (made.positions == saved.positions).all()
    assert (made.follow(PANDA.home_positions, np.zeros(7), PERIOD) == once).all()


def test_a_target_that_is_not_finite_is_refused() -> None:
    with pytest.raises(LimiterError, match="no bounded motion"):
        limiter().follow(np.full(7, np.nan), np.zeros(7), PERIOD)


def test_it_never_moves_away_from_a_target_that_moves_off() -> None:
    made, speed = limiter(), np.full(7, 0.5)
    for index in range(100):
        before = made.positions
        made.follow(PANDA.home_positions + speed * PERIOD * (index + 1), speed, PERIOD)
        assert (made.positions >= before).all()
    assert np.abs(made.positions - PANDA.home_positions - 0.5).max() < 0.005


def test_it_comes_to_a_still_target_without_passing_it() -> None:
    made, target = limiter(), PANDA.home_positions + 0.3
    for _ in range(200):
        assert (made.follow(target, np.zeros(7), PERIOD) <= target + 1e-6).all()
