"""What the bridge decided it decides again, bit by bit, whatever happened; and what would have been is told."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from diffpol_ros.control.verdict import Command, Hold, Stop
from diffpol_ros.core.errors import DiffpolError, RobotLate
from diffpol_ros.reenact import control_setup
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import ReplayError, StageResult
from tests.control.arm import START_NS
from tests.reenact.bridge_bag import Rig, write_bag


def replayed(tmp_path: Path, texts: list[str], options: ReplayOptions | None = None) -> StageResult:
    return replay_control(write_bag(tmp_path / "bag", texts), options or ReplayOptions())


def clock_jumps(rig: Rig) -> None:
    rig.system.advance(3.0)
    assert isinstance(rig.tick(20), Hold) and rig.verdict.name == "clock"
    rig.system.advance(-3.0)
    rig.tick(50)


def robot_dies(rig: Rig) -> None:
    rig.robot.failing = {"send"}
    assert isinstance(rig.tick(), Stop)
    rig.robot.failing = set()
    rig.tick(3)
    rig.bridge.reset()
    rig.move()


def robot_is_lost(rig: Rig) -> None:
    rig.robot.failing = {"state", "stop", "connect"}
    assert isinstance(rig.tick(200), Stop)
    rig.robot.failing = set()
    rig.tick(200)


def backend_breaks(rig: Rig) -> None:
    rig.robot.arm.send = lambda target: 1 / 0  # type: ignore[method-assign, assignment]
    assert isinstance(rig.tick(), Stop) and rig.verdict.name == "backend_failed"


def answer_is_late(rig: Rig) -> None:
    rig.robot.arm.late = True
    assert isinstance(rig.tick(), Hold)
    rig.robot.arm.late = False
    rig.tick(3)


def others_interfere(rig: Rig) -> None:
    rig.bridge.stops.hold(Hold("two", "perhaps two policies"))
    rig.tick(30)
    rig.bridge.stops.hold(None)
    rig.follow()
    rig.tick(5)
    rig.bridge.condemn(Stop("asked", "by a test"))
    rig.tick(2)
    with pytest.raises(DiffpolError, match="by a test"):
        rig.enable()


def chunk_is_malformed(rig: Rig) -> None:
    rig.follow(float("nan"))
    assert isinstance(rig.tick(), Stop)


def gripper_finds_its_stops(rig: Rig) -> None:
    rig.bridge.stop("asked", "to home")
    rig.bridge.home_gripper()
    rig.bridge.recover()
    rig.bridge.close()
    rig.tick()


FAULTS = [
    *(clock_jumps, robot_dies, robot_is_lost, backend_breaks, answer_is_late, others_interfere),
    *(chunk_is_malformed, gripper_finds_its_stops),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_decision_is_the_same_whatever_went_wrong(fault: Callable[[Rig], None], tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    assert isinstance(rig.verdict, Command)
    fault(rig)
    result = replayed(tmp_path, rig.texts)
    assert result.first is None and result.proven
    assert result.decisions > 33 and result.not_judged == 0
    assert {change.value for change in result.changes} == {0.0}


def test_another_parameter_is_told_as_the_first_command_that_it_changes(tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    file = tmp_path / "slow.yaml"
    file.write_text("/**:\n  ros__parameters:\n    velocity_scale: 0.02\n    robot: panda\n")
    result = replayed(tmp_path, rig.texts, ReplayOptions(parameters=file))
    assert result.first is not None and "joint_positions" in result.first.difference.field
    changes = {change.name: change.value for change in result.changes}
    assert 1e-4 < changes["joint_positions"] < 0.1 and changes["robot_description"] == 0.0
    assert 0 < result.equal < result.decisions


def test_a_limit_that_was_changed_since_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.move()
    real = control_setup.load_robot_description("panda")
    velocity = (real.limits.velocity[0] - 0.1, *real.limits.velocity[1:])
    changed = dataclasses.replace(real, limits=dataclasses.replace(real.limits, velocity=velocity))
    monkeypatch.setattr(control_setup, "load_robot_description", lambda _: changed)
    result = replayed(tmp_path, rig.texts)
    assert result.proven, "it is run again with the limits of then"
    assert any("panda.limits.velocity[0]" in note for note in result.notes)
    assert {change.name: change.value for change in result.changes}["robot_description"] == 1.0


def test_one_flipped_bit_of_a_target_is_found(tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    place = next(index for index, text in enumerate(rig.texts) if '"=Command"' in text)
    before, _, after = rig.texts[place].rpartition('"f8":"')
    other = "B" if after[3] != "B" else "C"
    rig.texts[place] = f'{before}"f8":"{after[:3]}{other}{after[4:]}'
    result = replayed(tmp_path, rig.texts)
    assert not result.proven and "altered" in result.complaints[0]
    assert result.not_judged > 0 or result.first is not None


def test_what_came_before_a_hole_and_after_the_next_enabling_is_judged(tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    hole = len(rig.texts)
    rig.tick(150)
    rig.bridge.stop("asked", "for a pause")
    rig.bridge.reset()
    rig.move()
    result = replayed(tmp_path, rig.texts[:hole] + rig.texts[hole + 4 :])
    assert result.first is None and result.equal == result.decisions
    assert result.complaints == (f"4 lines are missing before line {hole + 3}",)
    assert result.not_judged > 140 and result.decisions > 60


def test_a_bag_that_begins_amid_a_motion_is_judged_from_the_next_enabling_on(tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    begun = len(rig.texts)
    rig.tick(150)
    rig.bridge.reset()
    rig.move()
    result = replayed(tmp_path, [rig.texts[0], *rig.texts[begun:]])
    assert result.proven and result.not_judged > 140


def test_a_bag_without_a_beginning_says_so(tmp_path: Path) -> None:
    rig = Rig()
    rig.move()
    with pytest.raises(ReplayError, match="beginning is not in the bag"):
        replayed(tmp_path, [rig.texts[0], *rig.texts[20:]])


def test_a_bag_without_a_journal_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="holds no journal"):
        replay_control(write_bag(tmp_path / "bag", ["x"], "/chatter"), ReplayOptions())


def test_a_robot_error_of_then_stays_what_it_was(tmp_path: Path) -> None:
    class Reflex(RobotLate):
        name = "reflex"

    rig = Rig()
    rig.move()

    def send(_: object) -> None:
        raise Reflex("cartesian_reflex")

    rig.robot.arm.send = send  # type: ignore[method-assign, assignment]
    rig.tick(2)
    assert replayed(tmp_path, rig.texts).proven


def test_a_simulated_clock_that_nobody_had_told_yet_says_nothing_of_how_long_it_took(tmp_path: Path) -> None:
    rig = Rig(system_ns=0)
    rig.system.set(START_NS)
    rig.tick(100)
    result = replayed(tmp_path, rig.texts)
    assert result.proven and result.decisions == 100
    assert result.span_s == pytest.approx(1.0, abs=0.05)
