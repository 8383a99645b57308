"""An arm that is measured where no target was sent is seen."""

from dataclasses import replace

import numpy as np

from diffpol_ros.control.guards.stray import Stray
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, KINEMATICS, PANDA, Episode, near_home

ROOM = Room(PANDA)


def joints_at(*position: float) -> Array:
    return KINEMATICS.solve_pose(Pose(np.array(position), DOWN), PANDA.home_positions)


def test_a_little_past_the_box_is_allowed_and_more_is_not() -> None:
    stray = Stray(ROOM.body, ROOM.places, 0.02)
    edge = PANDA.workspace.upper[1]
    assert stray.judge(joints_at(0.45, edge + 0.015, 0.35)) is None
    found = stray.judge(joints_at(0.45, edge + 0.03, 0.35))
    assert found is not None and found.name == "strayed" and "0.030 m past its workspace" in found.reason


def test_an_arm_that_began_outside_may_stay_there() -> None:
    stray = Stray(ROOM.body, ROOM.places, 0.02)
    edge = PANDA.workspace.upper[1]
    stray.start(joints_at(0.45, edge + 0.03, 0.35))
    assert stray.judge(joints_at(0.45, edge + 0.045, 0.35)) is None
    assert stray.judge(joints_at(0.45, edge + 0.055, 0.35)) is not None


def test_an_arm_that_cuts_a_corner_brakes_until_it_is_back() -> None:
    description = replace(PANDA, workspace=replace(PANDA.workspace, upper=(0.9, 0.05, 0.9)))
    episode = Episode(FollowerSettings(), description=description)
    line = tuple(near_home(0.0, 0.008 * index, 0.0) for index in range(1, 7))
    episode.accept(episode.chunk(*line))
    assert isinstance(episode.run(0.2)[-1], Command)
    beyond = joints_at(*near_home(0.0, 0.08, 0.0))
    verdicts = [episode.step(lambda state: replace(state, joint_positions=beyond)) for _ in range(20)]
    assert verdicts[0].name == "strayed" and isinstance(verdicts[-1], Hold)
    assert episode.step() == Hold("no_chunk", "no chunk yet")
    assert episode.accept(episode.chunk(*line[3:])) is None
    assert episode.step().name == ""
