from collections.abc import Iterator

import pytest

from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis import PolymetisRobot
from diffpol_ros.robots.polymetis_channel import Deadlines
from tests.fake_twin import FakeTwin, OffsetClock, described

DEADLINES = Deadlines(call=1.0, tick=1.0, connect=5.0)


@pytest.fixture(scope="session")
def panda() -> RobotDescription:
    return load_robot_description("panda")


@pytest.fixture
def twin(panda: RobotDescription) -> Iterator[FakeTwin]:
    twin = FakeTwin(panda)
    yield twin
    twin.close()


@pytest.fixture
def client_clock() -> OffsetClock:
    return OffsetClock()


@pytest.fixture
def robot(twin: FakeTwin, panda: RobotDescription, client_clock: OffsetClock) -> Iterator[PolymetisRobot]:
    description = described(panda, twin.server.port, twin.gripper_server.port)
    robot = PolymetisRobot(description, clock=client_clock, deadlines=DEADLINES)
    yield robot
    robot.close()
