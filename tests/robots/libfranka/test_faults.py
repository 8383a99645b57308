"""What the robot does when packets or limits are broken, as a simulation that enforces them tells it."""

import dataclasses
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped, NeedsRecovery, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from tests.simulated_fr3 import SimulatedFr3, fr3, needs_simulated_fr3, patient, robot_at, simulated_fr3
from tests.waiting import wait_until

pytestmark = needs_simulated_fr3

# The robot gives up after 20 packets; this is ten times that.
STALL_SECONDS = 0.2
LATE = "communication_constraints_violation"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SimulatedFr3]:
    with simulated_fr3(tmp_path, enforce=True) as server:
        yield server


@pytest.fixture
def robot(server: SimulatedFr3) -> Iterator[LibfrankaRobot]:
    robot = robot_at(server.host, tick_s=0.2)
    robot.connect()
    yield robot
    robot.close()


def stall_this_process() -> None:
    """Stop every thread of this process for a while, the native 1 kHz loop too."""
    subprocess.run(
        ["sh", "-c", f"kill -STOP {os.getpid()}; sleep {STALL_SECONDS}; kill -CONT {os.getpid()}"], check=True
    )


def what_ends(robot: LibfrankaRobot) -> RobotError:
    """Return the error with which following ends."""
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        try:
            robot.state()
        except RobotError as error:
            return error
        time.sleep(0.005)
    raise AssertionError("the robot went on for 20 s")


def test_a_stall_is_named_and_nothing_moves_until_a_person_recovers(robot: LibfrankaRobot) -> None:
    robot.start_controller()
    at = robot.state().joint_positions
    stall_this_process()
    error = what_ends(robot)
    assert isinstance(error, NeedsRecovery) and LATE in str(error)
    with pytest.raises(ControllerStopped, match=LATE):
        robot.send(JointTarget(0, at, 0.06))
    assert np.abs(robot.state().joint_positions - at).max() < 0.05, "it still tells where it is"
    robot.connect()
    with pytest.raises(NeedsRecovery, match=LATE):
        robot.start_controller()
    robot.recover()
    robot.start_controller()
    robot.send(JointTarget(0, at, 0.06))


def test_a_stall_is_told_by_the_next_target_too(robot: LibfrankaRobot) -> None:
    robot.start_controller()
    target = JointTarget(0, robot.state().joint_positions, 0.06)
    stall_this_process()
    with pytest.raises(RobotError, match=LATE):
        wait_until(lambda: robot.send(target) is None)


def test_a_step_that_is_too_fast_is_named_in_the_robots_own_words(server: SimulatedFr3) -> None:
    gentle = fr3().backend.settings.read(LibfrankaSettings)
    stiff = dataclasses.replace(gentle.gains, joint_stiffness=(600.0,) * 7, joint_damping=(1.0,) * 7)
    robot = LibfrankaRobot(fr3(), dataclasses.replace(gentle, host=server.host, gains=stiff), deadlines=patient())
    robot.connect()
    error = RobotError(LATE)
    while LATE in str(error):
        # A crowded machine may break the other rule first.
        robot.recover()
        robot.start_controller()
        robot.send(JointTarget(0, robot.state().joint_positions + 0.8, 0.06))
        error = what_ends(robot)
    assert isinstance(error, NeedsRecovery)
    assert re.search("tau_J_range_violation|joint_velocity_violation|power_limit_violation", str(error))
    robot.recover()
    robot.close()


def test_a_silent_robot_is_seen_within_a_quarter_of_a_second(robot: LibfrankaRobot, server: SimulatedFr3) -> None:
    robot.start_controller()
    server.pause()
    began = time.monotonic()
    error = what_ends(robot)
    assert isinstance(error, RobotFrozen) and "has not ticked" in str(error)
    assert time.monotonic() - began < 1.0


def test_nobody_waits_for_a_silent_robot(robot: LibfrankaRobot, server: SimulatedFr3) -> None:
    server.pause()
    seen = False
    while not seen:
        began = time.monotonic()
        try:
            robot.state()
        except RobotError:
            seen = True
        assert time.monotonic() - began < 0.5


def test_a_robot_that_was_silent_is_connected_again_and_does_not_follow_what_it_was_told(
    robot: LibfrankaRobot, server: SimulatedFr3
) -> None:
    robot.start_controller()
    at = robot.state().joint_positions
    server.pause()
    what_ends(robot)
    server.resume()
    connect_in_the_end(robot)
    with pytest.raises(ControllerStopped):
        robot.send(JointTarget(0, at, 0.06))
    assert np.abs(robot.state().joint_positions - at).max() < 0.05


def test_a_robot_that_was_switched_off_is_found_when_it_is_back(robot: LibfrankaRobot, server: SimulatedFr3) -> None:
    robot.start_controller()
    server.kill()
    what_ends(robot)
    with pytest.raises(RobotUnreachable, match="does not answer"):
        wait_until(lambda: connects(robot))
    server.start()
    connect_in_the_end(robot)
    robot.start_controller()


def test_a_robot_with_narrower_limits_is_not_the_one_described(server: SimulatedFr3) -> None:
    text = (Path("calibration/robots/panda.yaml")).read_text(encoding="utf-8")
    panda = parse_settings(type(fr3()), text, "panda.yaml")
    settings = fr3().backend.settings.read(LibfrankaSettings)
    robot = LibfrankaRobot(panda, dataclasses.replace(settings, host=server.host), deadlines=patient())
    with pytest.raises(RobotError, match=r"lets joint \d go .* its description says .*: choose"):
        robot.connect()
    robot.close()


def test_nobody_at_the_address_is_told_with_the_cure() -> None:
    with pytest.raises(RobotUnreachable, match=r"127.0.0.9 does not answer .*FCI"):
        robot_at("127.0.0.9").connect()


def connects(robot: LibfrankaRobot) -> bool:
    """Return whether it does, or False while it is only silent."""
    try:
        robot.connect()
    except RobotFrozen:
        return False
    return True


def connect_in_the_end(robot: LibfrankaRobot) -> None:
    """Connect as the bridge does: again and again."""
    deadline = time.monotonic() + 30.0
    while True:
        try:
            robot.connect()
            return
        except RobotError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
