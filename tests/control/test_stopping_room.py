"""A joint that is let go on can still stop in its range, and is never faster than the robot allows on the way there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.braking import Braking, Motion, motion_limits
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.stopping_room import StoppingRoom
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.core.robot_description import load_robot_description

SETTINGS = FollowerSettings()
SHARES = arrays(np.float64, 7, elements=st.floats(-1.0, 1.0))
ROBOTS = {name: load_robot_description(name).limits for name in ("panda", "fr3")}


@pytest.mark.parametrize("name", ROBOTS)
@settings(max_examples=200)
@given(places=SHARES, speeds=SHARES, pushes=SHARES)
def test_what_is_let_go_on_stops_in_time(name: str, places: np.ndarray, speeds: np.ndarray, pushes: np.ndarray) -> None:
    limits = ROBOTS[name]
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    bounds, share = VelocityBounds(limits, 1.0), motion_limits(limits, SETTINGS)
    positions = 0.5 * (lower + upper) + 0.5 * places * (upper - lower)
    velocities, accelerations = speeds * share.velocities, pushes * share.accelerations
    motion = Motion(positions, velocities.tolist(), accelerations.tolist())
    room = StoppingRoom(limits, share, SETTINGS.velocity_scale)
    let_go = np.ones(7, dtype=bool)
    let_go[room.overrun(motion, positions.tolist())] = False
    path = Braking(limits, SETTINGS).path(motion)
    assert (path.positions[3] <= upper + 1e-8)[let_go].all() and (path.positions[3] >= lower - 1e-8)[let_go].all()
    instants = np.linspace(0.0, path.duration, 400)
    places_on_it = path.at(instants)
    along = np.diff(places_on_it, axis=0) / max(instants[1], 1e-9)
    for place, velocity in zip(places_on_it[:-1], along, strict=True):
        lowest, highest = bounds.at(place)
        assert (velocity <= highest + 0.01)[let_go].all() and (velocity >= lowest - 0.01)[let_go].all()


def test_a_joint_that_cannot_stop_in_time_is_named() -> None:
    limits = ROBOTS["panda"]
    room = StoppingRoom(limits, motion_limits(limits, SETTINGS), SETTINGS.velocity_scale)
    positions = np.zeros(7)
    positions[3], positions[5] = -1.0, limits.upper[5] - 0.01
    fast = Motion(positions, [0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0], [0.0] * 7)
    assert room.overrun(fast, positions.tolist()) == [5]
    slow = Motion(positions, [0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0], [0.0] * 7)
    assert room.overrun(slow, positions.tolist()) == []


def test_a_joint_beyond_its_range_may_go_back_but_no_farther_out() -> None:
    limits = ROBOTS["panda"]
    room = StoppingRoom(limits, motion_limits(limits, SETTINGS), SETTINGS.velocity_scale)
    positions = np.array([0.0, 0.0, 0.0, -1.0, 0.0, 1.0, limits.upper[6] + 0.1])
    back, out = [0.0] * 6 + [-0.2], [0.0] * 6 + [0.2]
    assert room.overrun(Motion(positions, back, [0.0] * 7), positions.tolist()) == []
    assert room.overrun(Motion(positions, out, [0.0] * 7), positions.tolist()) == [6]
