"""Whatever is asked, the target moves within velocity, acceleration and jerk."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.limiter import JointLimiter, LimiterError
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.core.robot_description import load_robot_description
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


def divided_differences(times: np.ndarray, positions: np.ndarray) -> list[np.ndarray]:
    """Return what bounds velocity, acceleration and jerk from below, however uneven `times` are."""
    velocity = np.diff(positions, axis=0) / np.diff(times)[:, None]
    acceleration = 2.0 * np.diff(velocity, axis=0) / (times[2:] - times[:-2])[:, None]
    return [velocity, acceleration, 3.0 * np.diff(acceleration, axis=0) / (times[3:] - times[:-3])[:, None]]


STEP = st.tuples(st.sampled_from(["follow", "brake", "undo"]), st.floats(0.1, 2.0), st.integers(1, 15))


@pytest.mark.parametrize("name", ["panda", "fr3"])
@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.lists(STEP, min_size=1, max_size=12), st.floats(0.0, 1.0))
def test_no_limit_is_exceeded_in_uneven_time_from_anywhere(
    name: str, seed: int, steps: list[tuple[str, float, int]], edge: float
) -> None:
    limits, random = load_robot_description(name).limits, np.random.default_rng(seed)
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    made, start = JointLimiter(limits, SETTINGS), np.where(random.random(7) < edge, upper, random.uniform(lower, upper))
    made.reset(start)
    times, sent, bounds = [-3 * PERIOD, -2 * PERIOD, -PERIOD, 0.0], [start] * 4, VelocityBounds(limits, 1.0)
    for kind, share, count in steps:
        goal, velocity, duration = random.uniform(lower - 1, upper + 1), random.uniform(-6, 6, 7), share * PERIOD
        for _ in range(count):
            before = made.save()
            made.brake(duration) if kind == "brake" else made.follow(goal, velocity, duration)
            if kind == "undo":
                made.restore(before)
                made.brake(duration)
            times, sent = [*times, times[-1] + duration], [*sent, made.positions]
            lowest, highest = bounds.at(made.positions)
            assert (made.save().velocities <= highest + 1e-9).all() and (made.save().velocities >= lowest - 1e-9).all()
    allowed = (limits.velocity, limits.acceleration, limits.jerk)
    for order, difference in enumerate(divided_differences(np.array(times), np.array(sent))):
        assert (np.abs(difference) <= np.array(allowed[order]) * (1.0 + 1e-6)).all()
    assert (np.array(sent) <= upper + 1e-9).all() and (np.array(sent) >= lower - 1e-9).all()


def test_little_velocity_and_jerk_are_kept_with_much_acceleration() -> None:
    """Pinned: the velocity left after winding the acceleration down was negative, and the joints went the wrong way."""
    slow = FollowerSettings(velocity_scale=0.1, jerk_scale=0.2)
    made = JointLimiter(PANDA.limits, slow)
    made.reset(PANDA.home_positions)
    before = made.positions
    for _ in range(100):
        before, after = made.positions, made.follow(PANDA.home_positions + 0.5, np.zeros(7), PERIOD)
        assert (after >= before).all() and (after - before <= 0.1 * np.array(PANDA.limits.velocity) * PERIOD).all()


def test_it_stops_at_the_end_of_a_range_and_says_where_it_would() -> None:
    made, upper = limiter(), np.array(PANDA.limits.upper)
    for _ in range(300):
        made.follow(upper + 0.5, np.full(7, 1.0), PERIOD)
        assert (made.rest <= upper + 1e-9).all()
        assert np.allclose(made.rest, made.stopping_path.sample(3)[-1])
    assert np.abs(made.positions - upper).max() < 0.01


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
