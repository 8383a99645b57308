import dataclasses
from collections.abc import Callable, Iterator

import pytest

from diffpol_ros.core.clock import ManualClock, SteadyClock
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis import PolymetisRobot
from diffpol_ros.robots.polymetis_channel import Deadlines
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.server import PolymetisServer
from tests.fake_plant import FakePlant

DEADLINES = Deadlines(call=1.0, tick=1.0, connect=5.0)


class OffsetClock:
    """Steady time that a test can push forward."""

    def __init__(self) -> None:
        self._steady = SteadyClock()
        self._offset = ManualClock()
        self.advance: Callable[[float], None] = self._offset.advance

    def now_ns(self) -> int:
        return self._steady.now_ns() + self._offset.now_ns()


class Twin:
    """A fake plant behind both servers."""

    def __init__(self, description: RobotDescription, port: int = 0) -> None:
        self.description = description
        self.plant = FakePlant()
        self.clock = OffsetClock()
        self.server = PolymetisServer(self.plant, description, port, self.clock)
        self.gripper_server = GripperServer(self.plant, 0)
        self.plant.on_tick = self.server.on_tick
        self.plant.tick()
        self.plant.run()
        self.server.start()
        self.gripper_server.start()

    def pause_and_resume(self, duration_s: float) -> None:
        """Let the robot be away for `duration_s` as its server counts."""
        self.plant.freeze()
        self.clock.advance(duration_s)
        self.plant.run()

    def close(self) -> None:
        self.plant.close()
        self.server.stop()
        self.gripper_server.stop()


def described(description: RobotDescription, port: int, gripper_port: int) -> RobotDescription:
    assert description.polymetis is not None
    polymetis = dataclasses.replace(description.polymetis, port=port, gripper_port=gripper_port)
    return dataclasses.replace(description, polymetis=polymetis)


@pytest.fixture(scope="session")
def panda() -> RobotDescription:
    return load_robot_description("panda")


@pytest.fixture
def twin(panda: RobotDescription) -> Iterator[Twin]:
    twin = Twin(panda)
    yield twin
    twin.close()


@pytest.fixture
def client_clock() -> OffsetClock:
    return OffsetClock()


@pytest.fixture
def robot(twin: Twin, panda: RobotDescription, client_clock: OffsetClock) -> Iterator[PolymetisRobot]:
    description = described(panda, twin.server.port, twin.gripper_server.port)
    robot = PolymetisRobot(description, clock=client_clock, deadlines=DEADLINES)
    yield robot
    robot.close()
