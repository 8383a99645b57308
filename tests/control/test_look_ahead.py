"""Braking is looked at before it is needed: against walls, the table, a keep-out, from wherever the arm is."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.look_ahead import LookAhead
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, PANDA

SETTINGS = FollowerSettings()
TRIPOD = KeepOut("tripod", (0.55, 0.1, 0.0), (0.7, 0.3, 0.4))
LAB = replace(PANDA, safety=replace(PANDA.safety, keep_outs=(*PANDA.safety.keep_outs, TRIPOD)))


def joints_at(*position: float, quaternion: Array = DOWN) -> Array:
    return Kinematics(PANDA).solve_pose(Pose(np.array(position), quaternion), PANDA.home_positions)


def driven(goal: Array) -> tuple[JointLimiter, set[str], float]:
    """Drive at full speed to `goal` for 3 s; return the limiter, what was found, and the least room that was left."""
    room, limiter = Room(LAB), JointLimiter(PANDA.limits, SETTINGS)
    ahead = LookAhead(room.body, room.guards, SETTINGS.workspace_tolerance, limiter.limits)
    limiter.reset(PANDA.home_positions)
    ahead.start(PANDA.home_positions)
    names, least = set[str](), np.inf
    for _ in range(300):
        before = limiter.save()
        limiter.follow(goal, np.zeros(7), SETTINGS.period)
        found = ahead.judge(limiter, before.positions)
        if found is not None:
            names.add(found.name)
            limiter.restore(before)
            limiter.brake(SETTINGS.period)
        placement = room.body.at(limiter.positions[None])
        least = min(least, *(float(guard.clearances(placement)[0]) for guard in room.guards))
    return limiter, names, least


def test_an_arm_with_room_reaches_its_goal_unhindered() -> None:
    goal = joints_at(0.4, -0.2, 0.3)
    limiter, names, _ = driven(goal)
    assert not names and np.abs(limiter.positions - goal).max() < 1e-3


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ((0.45, -0.42, 0.35), "workspace"),
        ((0.45, 0.0, -0.1), "workspace"),
        ((0.62, 0.2, 0.3), "keep_out"),
    ],
)
def test_an_arm_at_full_speed_rests_before_what_is_in_its_way(goal: tuple[float, float, float], name: str) -> None:
    limiter, names, least = driven(joints_at(*goal))
    assert names == {name}
    assert least >= -SETTINGS.workspace_tolerance
    assert np.abs(limiter.rest - limiter.positions).max() < 0.05


def test_a_tilted_hand_does_not_put_its_fingers_into_the_table() -> None:
    tilted = np.array([np.cos(0.3), 0.0, 0.0, np.sin(0.3)])
    _, names, least = driven(joints_at(0.45, -0.2, 0.015, quaternion=tilted))
    assert names == {"table"} and least >= -SETTINGS.workspace_tolerance


def test_an_arm_that_is_in_something_may_leave_but_not_go_deeper() -> None:
    room, limiter = Room(LAB), JointLimiter(PANDA.limits, SETTINGS)
    outside, home = joints_at(0.45, -0.37, 0.35), PANDA.home_positions
    ahead = LookAhead(room.body, room.guards, SETTINGS.workspace_tolerance, limiter.limits)
    for goal, allowed in ((home, True), (2.0 * outside - home, False)):
        limiter.reset(outside)
        ahead.start(outside)
        for _ in range(5):
            limiter.follow(goal, np.zeros(7), SETTINGS.period)
        assert (ahead.judge(limiter, outside) is None) == allowed


def test_an_arm_that_came_out_of_something_does_not_go_in_again() -> None:
    room, limiter = Room(LAB), JointLimiter(PANDA.limits, SETTINGS)
    outside = joints_at(0.45, -0.37, 0.35)
    ahead = LookAhead(room.body, room.guards, SETTINGS.workspace_tolerance, limiter.limits)
    limiter.reset(outside)
    ahead.start(outside)
    for goal in (PANDA.home_positions, outside):
        for _ in range(200):
            before = limiter.save()
            limiter.follow(goal, np.zeros(7), SETTINGS.period)
            if ahead.judge(limiter, before.positions) is not None:
                limiter.restore(before)
                limiter.brake(SETTINGS.period)
    left = -0.35 - room.body.at(limiter.positions[None]).tool[0, 1]
    assert -0.01 < left <= SETTINGS.workspace_tolerance
