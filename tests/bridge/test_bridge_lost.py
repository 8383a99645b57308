"""A robot that is lost, a clock that steps and a condemned arm: nothing more is sent, and the way back is known."""

import numpy as np
import pytest

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import ArmingError, Follower
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.clock import ManualClock
from diffpol_ros.robots.base import RobotTaken
from diffpol_ros.robots.link import RobotLink
from tests.bridge.stage import FakeRobot, Stage
from tests.control.arm import PANDA, START_NS, chunk, near_home


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.tick()
    return made


@pytest.mark.parametrize("call", ["state", "send"])
def test_a_lost_robot_stops_for_good_even_when_it_comes_back(stage: Stage, call: str) -> None:
    stage.move()
    stage.robot.failing = {call, "stop", "connect"}
    verdict = stage.tick()
    assert isinstance(verdict, Stop) and f"{call} failed" in verdict.reason
    stage.robot.failing = set()
    stage.clock.advance(2.0)
    assert stage.tick() == verdict
    assert stage.bridge.link.connected
    stage.bridge.reset()
    stage.tick()
    stage.move()


def test_the_verdict_is_known_before_the_lost_robot_is_asked_anything_more(stage: Stage) -> None:
    stage.move()
    stage.robot.failing = {"state", "stop"}
    stage.clock.advance(0.01)
    verdict = stage.bridge.tick().verdict
    assert isinstance(verdict, Stop) and "stop" not in stage.robot.calls
    stage.bridge.settle()
    assert stage.robot.calls[-1] == "stop"


def test_a_condemned_arm_stops_before_anything_is_sent(stage: Stage) -> None:
    stage.move()
    sent = stage.robot.calls.count("send")
    stage.bridge.condemn(Stop("asked", "by a test"))
    assert stage.tick() == Stop("asked", "by a test")
    assert stage.robot.calls.count("send") == sent
    with pytest.raises(ArmingError, match="by a test"):
        stage.bridge.enable()
    stage.bridge.reset()
    stage.move()


def test_a_robot_that_counts_as_lost_for_its_reflex_can_be_recovered(stage: Stage) -> None:
    stage.move()
    stage.robot.failing = {"state", "connect"}
    stage.tick()
    assert not stage.bridge.link.connected
    stage.robot.failing = set()
    stage.bridge.recover()
    stage.bridge.reset()
    stage.tick()
    stage.move()


def test_an_arm_condemned_while_its_robot_hung_is_not_taken_for_enabled(stage: Stage) -> None:
    stage.move()
    stage.bridge.overdue(Stop("robot_lost", "by a test"))
    with pytest.raises(ArmingError, match="by a test"):
        stage.bridge.enable()


def test_only_a_reset_ends_what_another_client_left_running(stage: Stage) -> None:
    stage.robot.taken = True
    with pytest.raises(RobotTaken):
        stage.bridge.enable()
    stage.bridge.stop("asked", "by a test")
    assert stage.bridge.link.connected and "stop" not in stage.robot.calls
    stage.bridge.reset()
    stage.move()


def test_a_robot_lost_while_disabled_holds_and_comes_back_by_itself(stage: Stage) -> None:
    stage.robot.failing = {"state"}
    assert stage.tick() == Hold("no_robot", "no robot: state failed")
    with pytest.raises(ArmingError, match="no robot"):
        stage.bridge.enable()
    stage.robot.failing = set()
    stage.clock.advance(2.0)
    assert stage.tick() == Hold("not_enabled", "not enabled")


def test_a_step_of_the_system_clock_holds_the_arm_until_it_is_set_right() -> None:
    system, steady = ManualClock(START_NS), ManualClock(START_NS)
    clock = AnchoredClock(system, steady)
    robot = FakeRobot(steady)
    bridge = Bridge(RobotLink(robot, steady), Follower(PANDA, robot), clock)

    def run(ticks: int) -> Verdict:
        for _ in range(ticks):
            steady.advance(0.01)
            system.advance(0.01)
            verdict = bridge.tick().verdict
        return verdict

    run(1)
    bridge.enable()
    for jump_s in (10.0, -10.0):
        path = np.array([near_home(0, 0.01, 0), near_home(0, 0.02, 0)])
        assert bridge.accept(chunk(clock.now_ns(), path)) is None
        assert isinstance(run(2), Command)
        system.advance(jump_s)
        held = run(40)
        assert isinstance(held, Hold) and held.name == "clock" and f"{jump_s:+.2f} s" in held.reason
        refused = bridge.accept(chunk(clock.now_ns(), path))
        assert refused is not None and refused.name == "vetoed"
        system.advance(-jump_s)
        held = run(1)
        assert isinstance(held, Hold) and held.name == "clock"
        held = run(40)
        assert isinstance(held, Hold) and held.name == "no_chunk"
