import threading

import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.twin.controller_manager import Status
from diffpol_ros.twin.server import PolymetisServer
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin, OffsetClock
from tests.waiting import wait_until


def target(offset: float = 0.0, width: float = 0.08) -> JointTarget:
    return JointTarget(0, HOME + offset, width)


def test_no_update_leaves_before_a_controller_runs(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    with pytest.raises(ControllerStopped, match="enable first"):
        robot.send(target())
    assert twin.server.manager.controller is None


def test_stop_without_a_controller_is_no_error(robot: PolymetisRobot):
    robot.connect()
    robot.stop()


def test_a_stamp_that_stands_still_is_a_frozen_robot(robot: PolymetisRobot, twin: FakeTwin, client_clock: OffsetClock):
    robot.connect()
    robot.start_controller()
    twin.plant.freeze()
    wait_until(lambda: robot.state().stamp_ns == twin.plant.plant_state().stamp_ns)
    robot.send(target())
    client_clock.advance(0.4)
    with pytest.raises(RobotFrozen, match="not ticked"):
        robot.state()


def test_after_a_pause_updates_are_cancelled_until_a_new_controller(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    robot.start_controller()
    twin.pause_and_resume(1.5)
    wait_until(lambda: twin.server.manager.status is Status.TERMINATED)
    with pytest.raises(ControllerStopped, match="enable again"):
        robot.send(target())
    with pytest.raises(ControllerStopped):
        robot.send(target())
    robot.start_controller()
    robot.send(target(0.05))
    assert twin.server.manager.status is Status.RUNNING


def test_a_short_pause_changes_nothing(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    robot.start_controller()
    twin.pause_and_resume(0.2)
    robot.send(target())
    assert twin.server.manager.status is Status.RUNNING


def test_connecting_to_a_frozen_robot_says_so(robot: PolymetisRobot, twin: FakeTwin):
    twin.plant.freeze()
    twin.clock.advance(2.0)
    with pytest.raises(RobotUnreachable, match="no ticking robot"):
        robot.connect()


def test_starting_on_a_frozen_robot_ends_at_the_deadline(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    twin.plant.freeze()
    with pytest.raises(RobotUnreachable, match=r"SetController within 1\.0 s"):
        robot.start_controller()
    with pytest.raises(ControllerStopped):
        robot.send(target())


def test_a_controller_sent_during_a_pause_does_not_count_as_running(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    twin.plant.freeze()
    twin.clock.advance(2.0)
    resume = threading.Thread(
        target=lambda: (wait_until(lambda: twin.server.manager.status is Status.READY), twin.plant.run())
    )
    resume.start()
    with pytest.raises(ControllerStopped, match="paused"):
        robot.start_controller()
    resume.join()
    with pytest.raises(ControllerStopped):
        robot.send(target())


def test_a_server_that_is_gone_is_named_with_its_address(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    robot.start_controller()
    twin.server.stop()
    with pytest.raises(RobotError, match=r"does not answer|connection was lost"):
        robot.send(target())
    with pytest.raises(ControllerStopped, match=r"does not answer|connection was lost"):
        robot.send(target())
    with pytest.raises(RobotUnreachable, match=f"127.0.0.1:{twin.server.port} does not answer"):
        robot.state()


def test_a_restarted_server_gets_no_update_before_its_controller(
    robot: PolymetisRobot, twin: FakeTwin, panda: RobotDescription
):
    robot.connect()
    robot.start_controller()
    twin.server.stop()
    restarted = PolymetisServer(twin.plant, panda, twin.server.port)
    twin.plant.on_tick = restarted.on_tick
    restarted.start()
    try:
        with pytest.raises(RobotError):
            robot.send(target())
        with pytest.raises(ControllerStopped):
            robot.send(target())
        wait_until(lambda: _answers(robot))
        robot.start_controller()
        robot.send(target())
        assert restarted.manager.status is Status.RUNNING
    finally:
        restarted.stop()


def _answers(robot: PolymetisRobot) -> bool:
    try:
        robot.state()
    except RobotUnreachable:
        return False
    return True
