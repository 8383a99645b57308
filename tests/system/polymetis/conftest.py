from collections.abc import Iterator

import pytest

from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from tests.fake_twin import FakeTwin, OffsetClock, settings_of

DEADLINES = Deadlines(state=1.0, update=1.0, stop=1.0, tick=1.0, connect=5.0)


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
    return OffsetClock(pace=0.25)


@pytest.fixture
def robot(twin: FakeTwin, panda: RobotDescription, client_clock: OffsetClock) -> Iterator[PolymetisRobot]:
    settings = settings_of(panda, twin.server.port, twin.gripper_server.port)
    robot = PolymetisRobot(panda, settings, clock=client_clock, deadlines=DEADLINES)
    yield robot
    robot.close()
