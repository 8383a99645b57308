"""A Stop wins against what was asked before it, also where that takes long."""

import pytest

from diffpol_ros.bridge.stop_requests import StopRequests
from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.verdict import Hold, Stop
from tests.bridge.stage import Stage

FIRST, SECOND = Stop("asked", "first"), Stop("asked", "second")


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.tick()
    return made


def test_the_first_counts_until_all_are_forgotten() -> None:
    stops = StopRequests()
    assert stops.pending is None
    assert stops.ask(FIRST) is FIRST is stops.ask(SECOND)
    with pytest.raises(ArmingError, match="stopped meanwhile: first"):
        stops.forget(1)
    assert stops.pending is FIRST
    stops.forget(2)
    assert stops.pending is None
    assert stops.ask(SECOND) is SECOND


def test_work_asked_for_before_a_stop_is_not_begun_after_it() -> None:
    stops, done = StopRequests(), []
    stops.ask(FIRST)
    later = stops.unless_later(lambda: done.append("before"))
    stops.unless_later(lambda: done.append("after"))()
    stops.ask(SECOND)
    with pytest.raises(ArmingError):
        later()
    assert done == ["after"]


def test_a_stop_while_the_controller_starts_ends_it_and_arms_nothing(stage: Stage) -> None:
    start = stage.robot.start_controller

    def stopped_meanwhile() -> None:
        start()
        stage.bridge.condemn(FIRST)

    stage.robot.start_controller = stopped_meanwhile  # type: ignore[method-assign]
    with pytest.raises(ArmingError, match="first"):
        stage.bridge.enable()
    assert not stage.robot.running and not stage.bridge.follower.enabled
    assert stage.tick() == FIRST


def test_a_stop_during_a_reset_outlives_it(stage: Stage) -> None:
    stage.move()
    stop = stage.robot.stop

    def stopped_meanwhile() -> None:
        stop()
        stage.bridge.condemn(SECOND)

    asked = stage.bridge.stops.count
    stage.robot.stop = stopped_meanwhile  # type: ignore[method-assign]
    with pytest.raises(ArmingError, match="stopped meanwhile"):
        stage.bridge.reset(asked)
    assert stage.tick() == SECOND
    stage.bridge.reset()
    assert stage.tick() == Hold("not_enabled", "not enabled")


@pytest.mark.parametrize("call", ["state", "send"])
def test_an_error_that_the_backend_did_not_explain_is_a_stop_by_name(stage: Stage, call: str) -> None:
    stage.move()

    def break_down(*_: object) -> None:
        raise ConnectionResetError("cut")

    setattr(stage.robot, call, break_down)
    verdict = stage.tick()
    assert isinstance(verdict, Stop) and verdict.name == "backend_failed" and "ConnectionResetError" in verdict.reason
    assert not stage.robot.running
