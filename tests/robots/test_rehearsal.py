"""The robot without an arm is where it is told, and its time is that of its clock."""

import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.backends import open_robot
from diffpol_ros.robots.base import RobotUnreachable
from diffpol_ros.robots.rehearsal import RehearsalRobot

PANDA = load_robot_description("panda")


def started() -> tuple[RehearsalRobot, ManualClock]:
    clock = ManualClock(1_700_000_000_000_999_999)
    robot = RehearsalRobot(PANDA, clock=clock)
    robot.connect()
    robot.start_controller()
    return robot, clock


def test_it_ticks_every_millisecond_of_its_clock() -> None:
    robot, clock = started()
    assert robot.state().stamp_ns == 1_700_000_000_000_000_000
    clock.advance(0.0041)
    assert robot.state().stamp_ns == 1_700_000_000_005_000_000


def test_it_is_exactly_where_it_is_told_and_its_velocity_is_that_of_its_targets() -> None:
    robot, clock = started()
    for step in range(1, 4):
        clock.advance(0.01)
        robot.send(JointTarget(0, PANDA.home_positions + 0.003 * step, 0.05))
    state = robot.state()
    np.testing.assert_array_equal(state.joint_positions, PANDA.home_positions + 0.003 * 3)
    np.testing.assert_allclose(state.joint_velocities, np.full(7, 0.3), rtol=1e-6)
    assert state.gripper_width == 0.05
    clock.advance(0.2)
    assert not robot.state().joint_velocities.any()


def test_its_line_can_be_cut_and_mended() -> None:
    robot, _ = started()
    robot.cut()
    with pytest.raises(RobotUnreachable, match="mend it, then connect"):
        robot.state()
    robot.mend()
    with pytest.raises(RobotUnreachable):
        robot.state()
    robot.connect()
    assert robot.state().joint_positions.shape == (7,)


def test_it_is_opened_by_its_name() -> None:
    robot = open_robot(load_robot_description("rehearsal"))
    assert isinstance(robot, RehearsalRobot)
    robot.connect()
    assert (robot.state().joint_positions == PANDA.home_positions).all()
