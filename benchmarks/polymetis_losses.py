"""How soon the Polymetis client notices that the robot is lost, and how soon it is back."""

import time
from collections.abc import Callable

import numpy as np

from benchmarks.polymetis_twin import FREEZE, THAW, TwinProcess, connected_robot
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.faults.line import proxy_line
from diffpol_ros.robots.polymetis.robot import PolymetisRobot

PERIOD = 0.01
REPEATS = 20
# The age of a state at which the bridge holds [s].
HOLD_AGE = FollowerSettings().maximum_state_age
DEADLINE_S = 20.0


def measure_losses() -> dict[str, np.ndarray]:
    """Return the times [s] of each loss and return, in `REPEATS` each."""
    twin = TwinProcess()
    times = {**_frozen(twin), **_pulled(twin)}
    twin.close()
    return {**times, **_killed()}


def _frozen(twin: TwinProcess) -> dict[str, np.ndarray]:
    old, lost = np.empty(REPEATS), np.empty(REPEATS)
    with connected_robot(twin) as robot:
        for index in range(REPEATS):
            twin.order(FREEZE)
            newest = robot.state()
            began = time.perf_counter()
            old[index] = _until_old(robot, newest, began)
            lost[index] = _until_error(robot, began)
            twin.order(THAW)
            _begin_again(robot)
    return {"frozen: a state too old to go on": old, "frozen: an error": lost}


def _pulled(twin: TwinProcess) -> dict[str, np.ndarray]:
    old, lost = np.empty(REPEATS), np.empty(REPEATS)
    with proxy_line(twin.arm_port) as line, connected_robot(twin, line.port) as robot:
        for index in range(REPEATS):
            newest = robot.state()
            line.stall()
            began = time.perf_counter()
            old[index] = _until_old(robot, newest, began)
            lost[index] = _until_error(robot, began)
            line.resume()
            _begin_again(robot)
    return {"line pulled: a state too old to go on": old, "line pulled: an error": lost}


def _killed() -> dict[str, np.ndarray]:
    lost, connected, following = np.empty(REPEATS), np.empty(REPEATS), np.empty(REPEATS)
    twin = TwinProcess()
    with connected_robot(twin) as robot:
        for index in range(REPEATS):
            began = time.perf_counter()
            twin.kill()
            lost[index] = _until_error(robot, began)
            ports = twin.arm_port, twin.hand_port
            twin.close()
            twin = TwinProcess(*ports)
            began = time.perf_counter()
            _connect(robot)
            connected[index] = time.perf_counter() - began
            robot.start_controller()
            robot.send(JointTarget(0, robot.state().joint_positions, 0.08))
            following[index] = time.perf_counter() - began
    twin.close()
    return {
        "killed: an error": lost,
        "restarted: connected": connected,
        "restarted: follows targets": following,
    }


def _until_old(robot: PolymetisRobot, newest: RobotState, began: float) -> float:
    stamp_ns, moved = newest.stamp_ns, began

    def is_old() -> bool:
        nonlocal stamp_ns, moved
        read_ns = robot.state().stamp_ns
        if read_ns != stamp_ns:
            stamp_ns, moved = read_ns, time.perf_counter()
        return time.perf_counter() - moved > HOLD_AGE

    return _until(is_old, began)


def _until_error(robot: PolymetisRobot, began: float) -> float:
    def is_lost() -> bool:
        try:
            robot.state()
        except RobotError:
            return True
        return False

    return _until(is_lost, began)


def _until(happened: Callable[[], bool], began: float) -> float:
    """Return how long after `began` it `happened` [s], asking as the bridge does."""
    while time.perf_counter() < began + DEADLINE_S:
        if happened():
            return time.perf_counter() - began
        time.sleep(PERIOD)
    raise TimeoutError(f"nothing happened within {DEADLINE_S:g} s")


def _begin_again(robot: PolymetisRobot) -> None:
    _connect(robot)
    robot.start_controller()


def _connect(robot: PolymetisRobot) -> None:
    def is_connected() -> bool:
        try:
            robot.connect()
        except RobotError:
            return False
        return True

    _until(is_connected, time.perf_counter())
