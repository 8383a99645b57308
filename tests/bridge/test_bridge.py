"""The controller runs only while the arm is enabled, and a lost robot stops it for good."""

from collections.abc import Callable

import numpy as np
import pytest

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import RobotState
from tests.bridge.stage import Stage
from tests.control.arm import chunk, near_home


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


def test_close_ends_the_controller_and_hangs_up(stage: Stage) -> None:
    stage.move()
    stage.bridge.close()
    assert not stage.robot.running and stage.robot.calls[-1] == "close"
