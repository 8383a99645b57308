"""No joint goes faster than it can brake from in the time that was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.braking import Braking, Motion, fastest_within, motion_limits, within_braking_time
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Hold
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from tests.control.arm import PANDA, Episode, near_home

TIME = 0.06
SETTINGS = FollowerSettings(braking_time=TIME)
WHOLE = motion_limits(PANDA.limits, SETTINGS)
LINE = tuple(near_home(0.0, 0.04 * index, -0.03 * index) for index in range(1, 7))


def ticks_to_rest(settings: FollowerSettings) -> int:
    """Follow a quick line, take the policy away while the arm is fast, and count until it holds."""
    episode = Episode(settings=settings)
    episode.accept(episode.chunk(*LINE))
    episode.run(0.35)
    for tick in range(1, 60):
        if isinstance(episode.step(veto=Hold("policy_unfit", "blind")), Hold):
            return tick
    raise AssertionError("it never came to rest")


@pytest.mark.parametrize("robot", [PANDA, load_robot_description("fr3")], ids=["panda", "fr3"])
@pytest.mark.parametrize("time", [0.03, TIME, 0.12, 1.0])
def test_the_greatest_velocity_is_braked_from_in_just_that_time(robot: RobotDescription, time: float) -> None:
    settings = FollowerSettings(braking_time=time)
    slow = within_braking_time(robot.limits, settings)
    greatest = settings.velocity_scale * np.array(slow.velocity)
    path = Braking(slow, settings).path(Motion(robot.home_positions, greatest.tolist(), [0.0] * 7))
    capped = np.array(slow.velocity) == np.array(robot.limits.velocity)
    assert path.times[3][~capped] == pytest.approx(time) and (path.times[3] <= time * (1 + 1e-9)).all()
    assert capped.all() == (time == 1.0)


@given(arrays(np.float64, 7, elements=st.floats(-1.0, 1.0)), arrays(np.float64, 7, elements=st.floats(-1.0, 1.0)))
def test_an_arm_that_still_gains_speed_brakes_as_soon_but_for_what_it_takes_to_stop_gaining(
    speeds: np.ndarray, shares: np.ndarray
) -> None:
    slow = within_braking_time(PANDA.limits, SETTINGS)
    accelerations, jerks = np.array(WHOLE.accelerations), np.array(WHOLE.jerks)
    # As the limiter has it: the speed that is reached once the acceleration is wound down is within the bound.
    gained = shares * np.abs(shares) * accelerations**2 / (2.0 * jerks)
    velocities = speeds * SETTINGS.velocity_scale * np.array(slow.velocity) - gained
    path = Braking(slow, SETTINGS).path(
        Motion(PANDA.home_positions, velocities.tolist(), (shares * accelerations).tolist())
    )
    assert (path.times[3] <= TIME + 2.0 * accelerations / jerks).all()


@given(st.floats(0.001, 1.0), st.floats(0.5, 30.0), st.floats(500.0, 10000.0))
def test_in_a_short_time_the_acceleration_never_gets_to_its_limit(
    time: float, acceleration: float, jerk: float
) -> None:
    short = time < 2.0 * acceleration / jerk
    gone = jerk * time**2 / 4.0 if short else acceleration * (time - acceleration / jerk)
    assert fastest_within(time, acceleration, jerk) == pytest.approx(gone)


def test_a_fast_arm_comes_to_rest_sooner_than_without() -> None:
    period = SETTINGS.period
    allowed = int(np.ceil((TIME + max(np.divide(WHOLE.accelerations, WHOLE.jerks))) / period)) + 1
    assert ticks_to_rest(SETTINGS) <= allowed < ticks_to_rest(FollowerSettings())


def test_the_limits_are_the_robot_s_where_no_time_is_asked_for() -> None:
    assert within_braking_time(PANDA.limits, FollowerSettings()) is PANDA.limits


def test_a_time_in_which_no_arm_could_move_is_refused() -> None:
    with pytest.raises(ValueError, match=r"braking_time is 0\.01 s, expected 0 or at least 0\.03"):
        FollowerSettings(braking_time=0.01)
