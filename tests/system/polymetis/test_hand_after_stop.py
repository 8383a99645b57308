"""After a Stop, a loss or a reconnect no order reaches the fingers until the arm follows again."""

import math

import pytest

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget
from diffpol_ros.faults.line import proxy_line
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin, OffsetClock, settings_of
from tests.system.polymetis.conftest import DEADLINES
from tests.waiting import wait_until

CLOSED = JointTarget(0, HOME, 0.0)


def test_the_fingers_order_that_was_lost_with_the_cable_is_not_made_up_for(
    twin: FakeTwin, panda: RobotDescription, client_clock: OffsetClock
) -> None:
    with proxy_line(twin.gripper_server.port) as line:
        settings = settings_of(panda, twin.server.port, line.port)
        robot = PolymetisRobot(panda, settings, clock=client_clock, deadlines=DEADLINES)
        robot.connect()
        robot.start_controller()
        line.cut()
        wait_until(lambda: robot._gripper._error is not None)
        robot.send(CLOSED)
        robot.stop()
        line.resume()
        wait_until(lambda: robot._gripper._error is None)
        assert twin.plant.gripper_commands == []
        robot.start_controller()
        robot.send(CLOSED)
        wait_until(lambda: len(twin.plant.gripper_commands) == 1)
        robot.close()


@pytest.mark.parametrize("end", ["stop", "start_controller", "connect", "_lose_connection", "close"])
def test_whatever_ends_the_following_lets_go_of_the_fingers_target(robot: PolymetisRobot, end: str) -> None:
    robot.connect()
    robot.start_controller()
    robot.send(CLOSED)
    assert robot._gripper._target == 0.0
    getattr(robot, end)()
    assert math.isnan(robot._gripper._target)
