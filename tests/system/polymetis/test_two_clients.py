"""Two clients of one robot: the second is refused, and ends what the first left only when a person asks for it."""

from collections.abc import Iterator

import pytest

from diffpol_ros.cli.calibrate.latency_drive import LatencyDrive
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import RobotTaken
from diffpol_ros.robots.link import RobotLink
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.twin.controllers import NativeController
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin, settings_of
from tests.system.polymetis.conftest import DEADLINES


@pytest.fixture
def other(twin: FakeTwin, panda: RobotDescription) -> Iterator[PolymetisRobot]:
    """Yield a second client, connected."""
    settings = settings_of(panda, twin.server.port, twin.gripper_server.port)
    made = PolymetisRobot(panda, settings, deadlines=DEADLINES)
    made.connect()
    yield made
    made.close()


@pytest.fixture
def moving(robot: PolymetisRobot) -> PolymetisRobot:
    """Return the first client, whose controller runs."""
    robot.connect()
    robot.start_controller()
    return robot


def test_the_second_is_refused_and_the_first_goes_on(moving: PolymetisRobot, other: PolymetisRobot) -> None:
    with pytest.raises(RobotTaken, match="another client started"):
        other.start_controller()
    moving.send(JointTarget(0, HOME, 0.08))
    moving.stop()
    other.start_controller()
    other.send(JointTarget(0, HOME, 0.08))


def test_ones_own_controller_is_started_anew(moving: PolymetisRobot) -> None:
    moving.start_controller()
    moving.send(JointTarget(0, HOME, 0.08))


def test_what_a_killed_one_left_is_ended_only_when_that_is_asked_for(
    moving: PolymetisRobot, other: PolymetisRobot, twin: FakeTwin
) -> None:
    moving.close()
    link = RobotLink(other)
    assert link.poll() is not None
    with pytest.raises(RobotTaken):
        link.start_controller()
    link.end_controller()
    assert link.connected and isinstance(twin.plant.law, NativeController)
    link.end_any_controller()
    assert not isinstance(twin.plant.law, NativeController)
    link.start_controller()
    link.close()


def test_a_measurement_of_the_latency_leaves_an_arm_that_another_moves_alone(
    moving: PolymetisRobot, other: PolymetisRobot, panda: RobotDescription
) -> None:
    with pytest.raises(RobotTaken), LatencyDrive(other, panda, FollowerSettings()) as drive:
        drive.start()
    moving.send(JointTarget(0, HOME, 0.08))
