import threading

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import RobotUnreachable
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.twin.controller_manager import Status
from diffpol_ros.twin.controllers import NativeController
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin, settings_of
from tests.waiting import wait_until


def target(offset: float = 0.0, width: float = 0.08) -> JointTarget:
    return JointTarget(0, HOME + offset, width)


def test_the_state_keeps_the_robots_own_stamp(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    twin.plant.freeze()
    wait_until(lambda: robot.state().stamp_ns == twin.plant.plant_state().stamp_ns)
    state = robot.state()
    assert state.stamp_ns % 1_000_000 == 1
    np.testing.assert_allclose(state.joint_positions, HOME, atol=1e-6)
    assert state.gripper_width == pytest.approx(0.08)


def test_the_arm_follows_targets_and_holds_after_stop(robot: PolymetisRobot, twin: FakeTwin):
    robot.connect()
    robot.start_controller()
    robot.send(target(0.1))
    wait_until(lambda: bool(np.allclose(robot.state().joint_positions, HOME + 0.1, atol=0.02)))
    robot.stop()
    assert twin.server.manager.status is Status.TERMINATED
    assert not isinstance(twin.plant.law, NativeController)


def test_the_controller_begins_where_the_arm_is_with_the_gains_and_torque_limits_of_the_description(
    robot: PolymetisRobot, twin: FakeTwin, panda: RobotDescription
):
    robot.connect()
    robot.start_controller()
    law = twin.plant.law
    assert isinstance(law, NativeController)
    np.testing.assert_allclose(law.law.target, HOME, atol=1e-3)
    settings = settings_of(panda, 1, 1)
    np.testing.assert_allclose(law.law.gains.joint_stiffness, settings.joint_stiffness)
    np.testing.assert_allclose(law.law.torque_limits, panda.limits.torque)


def test_nobody_at_the_address_is_named(panda: RobotDescription):
    robot = PolymetisRobot(panda, settings_of(panda, 1, 1), deadlines=Deadlines(connect=2.0))
    with pytest.raises(RobotUnreachable, match=r"127\.0\.0\.1:1 does not answer"):
        robot.connect()
    robot.close()


def test_a_gripper_port_in_place_of_the_arms_is_refused(panda: RobotDescription, twin: FakeTwin):
    swapped = PolymetisRobot(panda, settings_of(panda, twin.gripper_server.port, twin.server.port))
    with pytest.raises(RobotError, match="correct the address"):
        swapped.connect()
    swapped.close()


def test_a_robot_that_rests_outside_the_limits_is_refused(robot: PolymetisRobot, twin: FakeTwin):
    twin.server.metadata.rest_pose[3] = 0.5
    with pytest.raises(RobotError, match="outside this robot's limits"):
        robot.connect()


def test_a_slow_robot_is_refused(robot: PolymetisRobot, twin: FakeTwin):
    twin.server.metadata.hz = 20
    with pytest.raises(RobotError, match="20 Hz"):
        robot.connect()


def test_a_robot_with_other_joints_is_refused(robot: PolymetisRobot, twin: FakeTwin):
    twin.server.metadata.dof = 6
    with pytest.raises(RobotError, match="6 joints"):
        robot.connect()


def test_a_target_that_is_not_finite_never_leaves(robot: PolymetisRobot):
    robot.connect()
    robot.start_controller()
    with pytest.raises(RobotError, match="finite"):
        robot.send(target(float("nan")))
    with pytest.raises(RobotError, match="finite"):
        robot.send(target(width=float("nan")))


def test_a_hand_that_is_slow_to_answer_delays_no_target(
    robot: PolymetisRobot, twin: FakeTwin, monkeypatch: pytest.MonkeyPatch
):
    release, entered = threading.Event(), threading.Event()

    def slow(*_: float) -> None:
        entered.set()
        release.wait(10.0)

    monkeypatch.setattr(twin.plant, "set_gripper_target", slow)
    robot.connect()
    robot.start_controller()
    robot.send(target(width=0.0))
    wait_until(entered.is_set)
    for step in range(10):
        robot.send(target(0.001 * step, width=0.0))
        robot.state()
    assert not release.is_set()
    release.set()


def test_a_closed_robot_says_so_and_closes_twice(robot: PolymetisRobot):
    robot.connect()
    robot.close()
    robot.close()
    with pytest.raises(RobotUnreachable, match="it was closed"):
        robot.state()
