from collections.abc import Iterator

import numpy as np
import pytest

from diffpol_ros.core.types import Array, JointTarget
from diffpol_ros.robots.base import ControllerStopped
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from tests.simulated_fr3 import BEGINNING, SimulatedFr3, needs_simulated_fr3, robot_at, simulated_fr3
from tests.waiting import wait_until

pytestmark = needs_simulated_fr3

SHIFT = 0.1 * np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedFr3]:
    with simulated_fr3(tmp_path_factory.mktemp("franka-sim")) as server:
        yield server


@pytest.fixture
def robot(server: SimulatedFr3) -> Iterator[LibfrankaRobot]:
    robot = robot_at(server.host)
    robot.connect()
    yield robot
    robot.close()


def far(robot: LibfrankaRobot, positions: Array) -> float:
    return float(np.abs(robot.state().joint_positions - positions).max())


def go(robot: LibfrankaRobot, positions: Array, width: float = 0.06) -> JointTarget:
    """Send small steps from where the arm is to `positions`, in the robot's own time."""
    begin, start_ns = robot.state().joint_positions, robot.state().stamp_ns
    for step in range(1, 51):
        sent = robot.send(JointTarget(0, begin + (positions - begin) * step / 50, width))
        wait_until(lambda due=start_ns + step * 10_000_000: robot.state().stamp_ns >= due)
    return sent


def test_the_stamps_move_with_the_robots_ticks(robot: LibfrankaRobot) -> None:
    stamps = [robot.state().stamp_ns]
    for _ in range(10):
        wait_until(lambda: robot.state().stamp_ns != stamps[-1])
        stamps.append(robot.state().stamp_ns)
    assert min(np.diff(stamps)) > 0


def test_connecting_again_keeps_the_connection(robot: LibfrankaRobot) -> None:
    robot.start_controller()
    robot.connect()
    robot.send(JointTarget(0, robot.state().joint_positions, 0.06))


def test_it_goes_where_it_is_sent_and_stays_there(robot: LibfrankaRobot) -> None:
    goal = np.array(BEGINNING) + SHIFT
    robot.start_controller()
    sent = go(robot, goal)
    assert np.abs(sent.joint_positions - goal).max() < 1e-12
    wait_until(lambda: far(robot, goal) < 0.01)
    robot.stop()
    assert far(robot, goal) < 0.02
    with pytest.raises(ControllerStopped, match=r"was stopped: enable first"):
        robot.send(sent)


def test_the_stiffness_grows_after_the_start(robot: LibfrankaRobot) -> None:
    begin = robot.state().joint_positions
    robot.start_controller()
    robot.send(JointTarget(0, begin - 0.2 * SHIFT, 0.06))
    start_ns = robot.state().stamp_ns
    wait_until(lambda: robot.state().stamp_ns > start_ns + 30_000_000)
    early = far(robot, begin)
    wait_until(lambda: far(robot, begin - 0.2 * SHIFT) < 0.005)
    assert early < 0.01


def test_a_target_beyond_the_joint_limits_is_cut_and_told(robot: LibfrankaRobot) -> None:
    robot.start_controller()
    begin = robot.state().joint_positions
    beyond = begin.copy()
    beyond[3] = 1.0
    sent = robot.send(JointTarget(0, beyond, 9.0))
    robot.send(JointTarget(0, begin, 0.08))
    assert sent.joint_positions[3] == pytest.approx(-0.1518)
    assert sent.gripper_width == pytest.approx(0.08)


def test_the_hand_follows_beside_the_arm_and_homes(robot: LibfrankaRobot) -> None:
    robot.start_controller()
    at = robot.state().joint_positions
    for width in (0.07, 0.02):
        robot.send(JointTarget(0, at, width))
        wait_until(lambda wanted=width: abs(robot.hand.width() - wanted) < 0.004)
    robot.stop()
    robot.hand.home(lambda: True)
    wait_until(lambda: robot.state().gripper_width > 0.0)
