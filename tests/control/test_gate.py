"""The table of verdicts: what reaches the arm, what holds it, what stops it."""

import dataclasses

import numpy as np
import pytest

from diffpol_ros.control.braking import Motion
from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.gate import Gate
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, HOME, KINEMATICS, PANDA, START_NS, InstantArm, moved

SETTINGS = FollowerSettings()
PERIOD = SETTINGS.period


class Case:
    def __init__(self) -> None:
        self.arm = InstantArm()
        self.gate = Gate(PANDA, Room(PANDA), SETTINGS, self.arm)
        self.gate.start_from(self.arm.state(START_NS))

    def follow(self, joints: Array, target: Pose = HOME, width: float = 0.05) -> Command | Hold | Stop:
        self.gate.admit(START_NS, self.arm.state(START_NS), 0)
        step = JointStep(joints, np.zeros(7), np.zeros(6))
        return self.gate.follow(START_NS, PERIOD, target, step, width)


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_sound_step_is_sent_as_it_is_reported(case: Case) -> None:
    verdict = case.follow(PANDA.home_positions + 0.01)
    assert isinstance(verdict, Command) and verdict.reason == ""
    assert case.arm.sent == [verdict.target]
    assert verdict.target.stamp_ns == START_NS and verdict.target.gripper_width == 0.05


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stops_and_is_not_sent(case: Case, bad: float) -> None:
    assert isinstance(case.follow(np.full(7, bad)), Stop)
    assert isinstance(Case().follow(PANDA.home_positions, width=bad), Stop)
    assert case.arm.sent == []


def test_a_target_outside_the_workspace_holds_an_arm_at_rest(case: Case) -> None:
    verdict = case.follow(PANDA.home_positions + 0.01, Pose([0.45, 0.0, -0.02], DOWN))
    assert isinstance(verdict, Hold) and "workspace: the policy asks for (0.450, 0.000, -0.020) m" in verdict.reason
    assert case.arm.sent == []


def test_a_moving_arm_brakes_where_the_target_leaves_the_workspace(case: Case) -> None:
    for _ in range(10):
        case.follow(PANDA.home_positions + 0.3)
    verdicts = [case.follow(PANDA.home_positions + 0.3, Pose([0.45, 0.0, -0.02], DOWN)) for _ in range(60)]
    assert isinstance(verdicts[0], Command) and "workspace" in verdicts[0].reason
    assert isinstance(verdicts[-1], Hold)
    rest = case.arm.joints.copy()
    case.follow(PANDA.home_positions, Pose([0.45, 0.0, -0.02], DOWN))
    assert (case.arm.joints == rest).all()


def test_joints_that_would_carry_the_tool_out_of_the_workspace_are_not_followed(case: Case) -> None:
    reaching = PANDA.home_positions
    reaching[1] += 1.2
    assert not PANDA.workspace.lower[2] < KINEMATICS.forward(reaching).position[2]
    verdicts = [case.follow(reaching) for _ in range(300)]
    assert isinstance(verdicts[-1], Hold) and "the arm would reach" in verdicts[-1].reason
    lowest = min(KINEMATICS.forward(target.joint_positions).position[2] for target in case.arm.sent)
    assert lowest > PANDA.workspace.lower[2] - SETTINGS.workspace_tolerance


def test_a_joint_never_leaves_its_limits(case: Case) -> None:
    beyond = PANDA.home_positions
    beyond[6] = PANDA.limits.upper[6] + 0.2
    verdicts = [case.follow(beyond) for _ in range(400)]
    assert isinstance(verdicts[-1], Hold) and verdicts[-1].name == "joint_margin"
    assert all(target.joint_positions[6] <= PANDA.limits.upper[6] for target in case.arm.sent)


def test_the_gripper_is_never_told_more_than_it_opens(case: Case) -> None:
    verdict = case.follow(PANDA.home_positions, width=0.2)
    assert isinstance(verdict, Command) and verdict.target.gripper_width == PANDA.gripper.maximum_width


def test_a_robot_that_does_not_take_the_target_stops(case: Case) -> None:
    case.arm.broken = True
    verdict = case.follow(PANDA.home_positions + 0.01)
    assert isinstance(verdict, Stop) and "the wire is cut" in verdict.reason


def test_the_first_reason_of_a_stop_stays_until_released(case: Case) -> None:
    case.gate.stop("first", "of two")
    assert case.gate.stop("second", "of two") == Stop("first", "of two")
    case.gate.release()
    assert case.gate.stopped is None


@pytest.mark.parametrize(
    ("leap", "name"), [(0.1, "target_velocity"), (0.01, "target_acceleration"), (np.nan, "not_finite")]
)
def test_what_a_broken_limiter_makes_stops_and_is_not_sent(
    case: Case, monkeypatch: pytest.MonkeyPatch, leap: float, name: str
) -> None:
    limiter = case.gate._limiter

    def leaping(*_: object) -> Array:
        limiter.restore(Motion(PANDA.home_positions + leap, [0.0] * 7, [0.0] * 7))
        return limiter.positions

    monkeypatch.setattr(limiter, "follow", leaping)
    monkeypatch.setattr(case.gate._look_ahead, "judge", lambda *_: None)
    monkeypatch.setattr(case.gate._step_size, "judge", lambda *_: None)
    verdict = case.follow(PANDA.home_positions)
    assert isinstance(verdict, Stop) and verdict.name == name
    assert case.arm.sent == []


def test_after_a_stop_not_even_braking_is_sent(case: Case) -> None:
    for _ in range(10):
        case.follow(PANDA.home_positions + 0.3)
    count, stop = len(case.arm.sent), case.gate.stop("asked", "in mid motion")
    assert case.gate.brake(START_NS, PERIOD, "any", "reason") == stop
    assert case.follow(PANDA.home_positions + 0.3) == stop
    assert len(case.arm.sent) == count


def test_the_arm_is_compared_with_what_was_really_sent(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend may clip a target: an arm at the target that was asked for is then far from its own."""
    clipped = PANDA.home_positions - 0.6
    monkeypatch.setattr(case.arm, "send", lambda target: dataclasses.replace(target, joint_positions=clipped))
    assert isinstance(case.follow(PANDA.home_positions + 0.01), Command)
    verdict = case.gate.admit(START_NS, case.arm.state(START_NS), 0)
    assert isinstance(verdict, Stop) and verdict.name == "tracking"


@pytest.mark.parametrize(
    ("age_s", "kind", "reason"),
    [
        (0.0, type(None), ""),
        (0.039, type(None), ""),
        (0.045, Finding, "0.045 s old"),
        (0.3, Stop, "not ticked for 0.300 s"),
    ],
)
def test_the_age_of_the_state_decides(case: Case, age_s: float, kind: type, reason: str) -> None:
    verdict = case.gate.admit(START_NS, case.arm.state(START_NS), to_ns(age_s))
    assert isinstance(verdict, kind)
    assert verdict is None or reason in verdict.reason


def test_a_state_far_from_the_target_or_not_finite_stops(case: Case) -> None:
    state = case.arm.state(START_NS)
    assert case.gate.admit(START_NS, moved(state, 2, 0.29), 0) is None
    verdict = Case().gate.admit(START_NS, moved(state, 2, 0.51), 0)
    assert isinstance(verdict, Stop) and "joint 3 is 0.51 rad from its target" in verdict.reason
    assert isinstance(Case().gate.admit(START_NS, moved(state, 2, np.nan), 0), Stop)
    assert isinstance(case.gate.admit(START_NS, dataclasses.replace(state, gripper_width=np.nan), 0), Stop)


def test_one_overdue_answer_holds_and_the_arm_goes_on_from_rest(case: Case) -> None:
    case.arm.late = True
    assert case.follow(PANDA.home_positions + 0.01) == Hold("robot_late", "no answer within 0.1 s")
    case.arm.late = False
    assert isinstance(case.follow(PANDA.home_positions + 0.01), Command)
    case.arm.late = True
    assert isinstance(case.follow(PANDA.home_positions + 0.01), Hold)


def test_two_overdue_answers_in_turn_are_a_lost_robot(case: Case) -> None:
    case.arm.late = True
    case.follow(PANDA.home_positions + 0.01)
    verdict = case.follow(PANDA.home_positions + 0.01)
    assert isinstance(verdict, Stop) and verdict.name == "robot_lost"
    assert case.arm.sent == []
