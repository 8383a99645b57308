"""What the client does when its line is pulled: short, for good, and with something under way."""

from collections.abc import Iterator

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget
from diffpol_ros.faults.line import ProxyLine, proxy_line
from diffpol_ros.robots.base import ControllerStopped, RobotUnreachable
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.messages import Empty
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.robots.polymetis.stored_controllers import OLDEST_UPDATE
from diffpol_ros.twin.controller_manager import Status
from diffpol_ros.twin.controllers import NativeController
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin, OffsetClock, settings_of
from tests.waiting import wait_until


@pytest.fixture
def line(twin: FakeTwin) -> Iterator[ProxyLine]:
    with proxy_line(twin.server.port) as line:
        yield line


@pytest.fixture
def far_robot(
    twin: FakeTwin, line: ProxyLine, panda: RobotDescription, client_clock: OffsetClock
) -> Iterator[PolymetisRobot]:
    """Return a robot at the other end of `line` that follows targets; its deadlines are those of the real one."""
    settings = settings_of(panda, line.port, twin.gripper_server.port)
    robot = PolymetisRobot(panda, settings, clock=client_clock, deadlines=Deadlines(connect=5.0))
    robot.connect()
    robot.start_controller()
    robot.send(target())
    yield robot
    line.resume()
    robot.close()


def target(offset: float = 0.0) -> JointTarget:
    return JointTarget(0, HOME + offset, 0.08)


def held(twin: FakeTwin) -> np.ndarray:
    """Return where the running controller pulls to."""
    assert isinstance(twin.plant.law, NativeController)
    return twin.plant.law.law.target


def let_pass(twin: FakeTwin, duration_s: float) -> None:
    due = twin.plant.plant_state().tick + round(1000 * duration_s)
    wait_until(lambda: twin.plant.plant_state().tick >= due)


def test_a_line_that_breaks_between_two_calls_is_noticed_before_the_next(
    far_robot: PolymetisRobot, line: ProxyLine
) -> None:
    """The server may have been started anew within a period, and the real one crashes on an update then."""
    line.cut()
    wait_until(lambda: bool(far_robot._why_stopped))
    line.resume()
    with pytest.raises(ControllerStopped, match="connection was lost"):
        far_robot.send(target())


def test_while_the_line_is_pulled_the_state_is_the_one_before(far_robot: PolymetisRobot, line: ProxyLine) -> None:
    before = far_robot.state()
    line.stall()
    assert far_robot.state() is before
    line.resume()
    wait_until(lambda: _answers(far_robot, before.stamp_ns))
    far_robot.send(target(0.01))


def test_a_line_that_stays_pulled_is_a_lost_robot(
    far_robot: PolymetisRobot, line: ProxyLine, client_clock: OffsetClock
) -> None:
    far_robot.state()
    line.stall()
    far_robot.state()
    client_clock.advance(0.2)
    with pytest.raises(RobotUnreachable, match=r"did not answer GetRobotState within 0\.025 s"):
        far_robot.state()
    with pytest.raises(ControllerStopped, match="enable first"):
        far_robot.send(target())


def test_nothing_that_was_under_way_moves_the_arm_later(
    far_robot: PolymetisRobot, line: ProxyLine, twin: FakeTwin
) -> None:
    line.stall()
    for _ in range(2):
        with pytest.raises(RobotLate, match="did not answer UpdateController"):
            far_robot.send(target(0.5))
    let_pass(twin, 0.3)
    line.resume()
    wait_until(lambda: _answers(far_robot))
    np.testing.assert_allclose(held(twin), HOME, atol=1e-6)


def test_a_target_says_when_it_was_decided_and_one_from_long_ago_moves_nothing(
    far_robot: PolymetisRobot, twin: FakeTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ns = far_robot._ticking.robot_time_ns
    far_robot.send(target(0.1))
    np.testing.assert_allclose(held(twin), HOME + 0.1, atol=1e-6)
    monkeypatch.setattr(far_robot._ticking, "robot_time_ns", lambda: now_ns() - to_ns(OLDEST_UPDATE + 0.5))
    far_robot.send(target(0.2))
    np.testing.assert_allclose(held(twin), HOME + 0.1, atol=1e-6)


def test_a_new_connection_hangs_up_the_old_one_with_what_was_under_way(
    far_robot: PolymetisRobot, line: ProxyLine
) -> None:
    line.stall()
    channel = far_robot._channel
    under_way = channel.begin("GetRobotState", Empty(), 60.0)
    channel.open()
    wait_until(under_way.done)
    with pytest.raises(RobotError, match="CANCELLED"):
        channel.finish("GetRobotState", under_way, 60.0)


def test_connecting_again_ends_the_controller_that_was_left(
    far_robot: PolymetisRobot, line: ProxyLine, twin: FakeTwin
) -> None:
    line.stall()
    with pytest.raises(RobotUnreachable, match="TerminateController"):
        far_robot.stop()
    line.cut()
    assert twin.server.manager.status is Status.RUNNING
    line.resume()
    wait_until(lambda: _connects(far_robot))
    assert twin.server.manager.status is Status.TERMINATED
    with pytest.raises(ControllerStopped, match="enable first"):
        far_robot.send(target())
    far_robot.start_controller()
    far_robot.send(target(0.1))
    np.testing.assert_allclose(held(twin), HOME + 0.1, atol=1e-6)


def test_a_new_connection_takes_over_from_one_that_still_waits(far_robot: PolymetisRobot, line: ProxyLine) -> None:
    for _ in range(3):
        line.cut()
        line.resume()
        wait_until(lambda: _connects(far_robot))
        wait_until(lambda: _answers(far_robot))


def _answers(robot: PolymetisRobot, after_ns: int = 0) -> bool:
    """Return whether the robot tells of a tick after `after_ns`; on a busy machine the first answers may be late."""
    try:
        return robot.state().stamp_ns > after_ns
    except RobotUnreachable:
        return False


def _connects(robot: PolymetisRobot) -> bool:
    try:
        robot.connect()
    except RobotUnreachable:
        return False
    return True
