"""The controller runs only while the arm is enabled, and a lost robot stops it for good."""

from collections.abc import Callable

import numpy as np
import pytest

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import ArmingError, Follower
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.nodes.bridge import Bridge
from diffpol_ros.robots.link import RobotLink
from tests.control.arm import PANDA, START_NS, InstantArm, chunk, near_home
from tests.fake_hand import FakeHand


class FakeRobot:
    """Implements `Robot` on an instant arm; `failing` names the calls that fail."""

    def __init__(self, clock: ManualClock) -> None:
        self.arm, self.clock = InstantArm(), clock
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self.hand = FakeHand()
        self.running = False

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            raise RobotError(f"{name} failed")

    def connect(self) -> None:
        self._call("connect")

    def state(self) -> RobotState:
        self._call("state")
        return self.arm.state(self.clock.now_ns())

    def start_controller(self) -> None:
        self._call("start_controller")
        self.running = True

    def send(self, target: JointTarget) -> JointTarget:
        self._call("send")
        assert self.running, "a target was sent to a robot without controller"
        return self.arm.send(target)

    def recover(self) -> None:
        self._call("recover")

    def stop(self) -> None:
        self._call("stop")
        self.running = False

    def close(self) -> None:
        self.calls.append("close")


class Stage:
    def __init__(self) -> None:
        self.clock = ManualClock(START_NS)
        self.robot = FakeRobot(self.clock)
        follower = Follower(PANDA, self.robot)
        self.bridge = Bridge(RobotLink(self.robot, self.clock), follower, AnchoredClock(self.clock, self.clock))

    def tick(self) -> Command | Hold | Stop:
        self.clock.advance(0.01)
        return self.bridge.tick().verdict

    def move(self) -> None:
        self.bridge.enable()
        self.bridge.accept(chunk(self.clock.now_ns(), np.array([near_home(0, 0.01, 0), near_home(0, 0.02, 0)])))
        assert isinstance(self.tick(), Command)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.tick()
    return made


def test_states_flow_while_the_arm_is_disabled_and_none_twice(stage: Stage) -> None:
    stage.clock.advance(0.01)
    first, second = stage.bridge.tick(), stage.bridge.tick()
    assert first.state is not None and first.verdict == Hold("not_enabled", "not enabled")
    assert second.state is None
    assert not stage.robot.running


def test_the_controller_runs_from_enable_to_stop(stage: Stage) -> None:
    stage.move()
    assert stage.robot.running
    stage.bridge.stop("asked", "by a test")
    assert not stage.robot.running
    assert stage.tick() == Stop("asked", "by a test")
    with pytest.raises(ArmingError, match="by a test"):
        stage.bridge.enable()
    stage.bridge.reset()
    stage.move()


def test_a_stop_of_the_gate_ends_the_controller_too(stage: Stage) -> None:
    stage.move()
    stage.bridge.accept(chunk(stage.clock.now_ns(), near_home(np.nan, 0, 0)[None]))
    assert isinstance(stage.tick(), Stop)
    assert not stage.robot.running and stage.robot.calls.count("stop") == 1
    stage.tick()
    assert stage.robot.calls.count("stop") == 1


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


def test_a_robot_lost_while_disabled_holds_and_comes_back_by_itself(stage: Stage) -> None:
    stage.robot.failing = {"state"}
    assert stage.tick() == Hold("no_robot", "no robot: state failed")
    with pytest.raises(ArmingError, match="no robot"):
        stage.bridge.enable()
    stage.robot.failing = set()
    stage.clock.advance(2.0)
    assert stage.tick() == Hold("not_enabled", "not enabled")


def test_a_controller_that_does_not_start_leaves_the_arm_disabled(stage: Stage) -> None:
    stage.robot.failing = {"start_controller"}
    with pytest.raises(RobotError, match="start_controller failed"):
        stage.bridge.enable()
    assert not stage.bridge.follower.enabled


def test_an_arm_that_moves_is_not_given_a_controller(stage: Stage) -> None:
    still: Callable[[int], RobotState] = stage.robot.arm.state

    def moving(stamp_ns: int) -> RobotState:
        return RobotState(stamp_ns, still(stamp_ns).joint_positions, np.full(7, 0.4), np.zeros(7), 0.08)

    stage.robot.arm.state = moving  # type: ignore[method-assign]
    with pytest.raises(ArmingError, match="enable at rest"):
        stage.bridge.enable()
    assert "start_controller" not in stage.robot.calls


def test_a_chunk_that_cannot_be_read_stops_only_an_enabled_arm(stage: Stage) -> None:
    stage.bridge.refuse_malformed("nonsense")
    assert stage.tick() == Hold("not_enabled", "not enabled")
    stage.move()
    stage.bridge.refuse_malformed("nonsense")
    assert stage.tick() == Stop("malformed", "nonsense")
    assert stage.bridge.follower.counts["chunk.malformed"] == 2


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
        assert isinstance(held, Hold) and held.name == "no_chunk"


def test_close_ends_the_controller_and_hangs_up(stage: Stage) -> None:
    stage.move()
    stage.bridge.close()
    assert not stage.robot.running and stage.robot.calls[-1] == "close"
