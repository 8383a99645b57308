"""The twin in lockstep: a clock moves it, and what befalls a robot can be made to befall it."""

import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped, NeedsRecovery, RobotFrozen, RobotUnreachable
from diffpol_ros.twin.in_process import InProcessTwin
from diffpol_ros.twin.simulation import Simulation

START_NS = 1_700_000_000_000_000_000


class Stage:
    def __init__(self) -> None:
        self.clock = ManualClock(START_NS)
        self.robot = InProcessTwin(Simulation(seed=0), self.clock)
        self.home = self.robot.simulation.description.home_positions
        self.robot.connect()
        self.robot.start_controller()

    def send(self, offset: float) -> None:
        self.robot.send(JointTarget(0, self.home + offset, 0.05))

    def offset(self) -> float:
        return float((self.robot.state().joint_positions - self.home).mean())


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_it_lives_as_long_as_its_clock_says(stage: Stage) -> None:
    stage.clock.advance(0.0299)
    assert stage.robot.state().stamp_ns == START_NS + 29_000_000
    stage.clock.advance(0.0001)
    assert stage.robot.state().stamp_ns == START_NS + 30_000_000


def test_the_same_calls_give_the_same_bits() -> None:
    ends = []
    for stage in (Stage(), Stage()):
        for step in range(50):
            stage.clock.advance(0.01)
            stage.send(0.002 * step)
        ends.append(stage.robot.state().joint_positions)
    np.testing.assert_array_equal(*ends)


def test_a_cut_line_leaves_the_arm_with_its_last_target(stage: Stage) -> None:
    stage.send(0.1)
    stage.robot.cut()
    with pytest.raises(RobotUnreachable, match="line is cut"):
        stage.robot.state()
    stage.clock.advance(3.0)
    stage.robot.mend()
    stage.robot.connect()
    assert stage.offset() == pytest.approx(0.1, abs=0.01)
    with pytest.raises(ControllerStopped):
        stage.send(0.0)


def test_a_frozen_robot_shows_by_its_stamp_and_then_as_an_error(stage: Stage) -> None:
    stage.clock.advance(0.01)
    stage.robot.freeze()
    stamps = []
    for _ in range(20):
        stamps.append(stage.robot.state().stamp_ns)
        stage.clock.advance(0.01)
    assert len(set(stamps)) == 1
    stage.clock.advance(0.01)
    with pytest.raises(RobotFrozen):
        stage.robot.state()
    stage.robot.thaw()
    assert stage.robot.state().stamp_ns == stage.clock.now_ns()
    with pytest.raises(ControllerStopped, match="paused"):
        stage.send(0.0)


def test_a_reflex_lasts_until_it_is_recovered(stage: Stage) -> None:
    stage.robot.trip("cartesian_reflex")
    with pytest.raises(NeedsRecovery, match="cartesian_reflex"):
        stage.robot.state()
    with pytest.raises(ControllerStopped):
        stage.send(0.1)
    with pytest.raises(NeedsRecovery):
        stage.robot.start_controller()
    stage.robot.recover()
    stage.robot.start_controller()
    stage.send(0.0)
