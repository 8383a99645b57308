"""A trial tells how long it took and what was not as the fault says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.faults.fault import Fault, Recovery
from diffpol_ros.faults.received import Received
from diffpol_ros.faults.trial import MOST_VOID, run_trial
from tests.faults.written_rig import STEP_NS, WrittenRig, strike

FAULT = Fault("robot_gone", "It goes.", ("stop.robot_lost",), Recovery.ENABLE, fake=strike, target=0.3)  # type: ignore[arg-type]
HOME = np.zeros(7)
HELD = replace(FAULT, expected=("hold.state_old",), recovery=Recovery.GOES_ON)


def latched(name: str = "robot_lost", after: int = 4) -> Callable[[WrittenRig], tuple[str, str]]:
    """Return a gate that stops some steps after the strike, until it is enabled again."""

    def answers(rig: WrittenRig) -> tuple[str, str]:
        due = rig.struck_ns >= 0 and rig.time_ns >= rig.struck_ns + after * STEP_NS
        return ("STOP", name) if due and not rig.enabled else ("COMMAND", "")

    return answers


def held(rig: WrittenRig) -> tuple[str, str]:
    """Hold from the strike until the cause is gone."""
    away = rig.struck_ns >= 0 and rig.healed_ns < 0
    return ("HOLD", "state_old") if away else ("COMMAND", "")


def test_the_time_to_safe_is_that_from_the_strike_to_the_expected_stop() -> None:
    trial = run_trial(FAULT, WrittenRig(latched(after=4)))
    assert trial.passed and trial.verdict == "stop.robot_lost"
    assert trial.safe == pytest.approx(0.04) and trial.noticed == pytest.approx(0.04)


def test_what_the_rig_hears_late_is_counted_from_when_the_gate_said_it() -> None:
    rig = WrittenRig(latched(after=4))
    rig.delay_ns = STEP_NS
    trial = run_trial(FAULT, rig)
    assert trial.safe == pytest.approx(0.03) and trial.noticed == pytest.approx(0.03)


def test_another_stop_than_the_expected_fails() -> None:
    trial = run_trial(FAULT, WrittenRig(latched("tracking")))
    assert not trial.passed and "stop.tracking" in trial.complaint


def test_no_answer_fails() -> None:
    trial = run_trial(FAULT, WrittenRig(lambda rig: ("COMMAND", "")))
    assert not trial.passed and trial.safe is None and "not answered" in trial.complaint


def test_a_strike_that_cannot_be_done_fails_and_ends_no_campaign() -> None:
    @contextmanager
    def refused(rig: WrittenRig) -> Iterator[int]:
        raise RobotError("the server refused")
        yield rig.now_ns()

    trial = run_trial(replace(FAULT, fake=refused), WrittenRig(latched()))  # type: ignore[arg-type]
    assert not trial.passed and trial.complaint == "the server refused"


def test_a_stop_that_comes_late_fails() -> None:
    trial = run_trial(FAULT, WrittenRig(latched(after=40)))
    assert trial.late and not trial.passed


def test_a_stop_that_may_be_enabled_without_a_reset_fails() -> None:
    rig = WrittenRig(latched())
    rig.enable_always = True
    assert "nobody had reset" in run_trial(FAULT, rig).complaint


def test_a_stop_that_does_not_latch_fails() -> None:
    def answers(rig: WrittenRig) -> tuple[str, str]:
        return ("STOP", "robot_lost") if rig.struck_ns >= 0 > rig.healed_ns else ("COMMAND", "")

    assert "did not latch" in run_trial(FAULT, WrittenRig(answers)).complaint


def test_an_arm_that_goes_on_by_itself_passes_without_a_call() -> None:
    rig = WrittenRig(held)
    assert run_trial(HELD, rig).passed
    assert "bridge/enable" not in rig.calls


def test_an_arm_that_stays_held_fails() -> None:
    trial = run_trial(HELD, WrittenRig(lambda rig: ("HOLD", "state_old") if rig.struck_ns >= 0 else ("COMMAND", "")))
    assert "goes on by itself" in trial.complaint


def test_an_unsafe_target_fails_whatever_the_gate_said() -> None:
    rig = WrittenRig(held)
    rig.complaints.append("velocity was 2.00 of the limit")
    assert not run_trial(HELD, rig).passed


def test_an_arm_that_must_go_on_may_not_be_held_once() -> None:
    fault = replace(HELD, expected=(), recovery=Recovery.NEVER_HELD)
    assert run_trial(fault, WrittenRig(lambda rig: ("COMMAND", ""))).passed
    assert not run_trial(fault, WrittenRig(held)).passed


def stalled(answers: Callable[[WrittenRig], tuple[str, str]]) -> WrittenRig:
    rig = WrittenRig(answers)
    rig.stall = 1.0
    return rig


def test_what_came_late_on_a_stalled_machine_is_done_again_and_counted() -> None:
    trial = run_trial(FAULT, stalled(latched(after=40)))
    assert trial.void == MOST_VOID and trial.starved


def test_an_answer_that_never_came_is_not_excused_by_a_stall() -> None:
    trial = run_trial(FAULT, stalled(lambda rig: ("COMMAND", "")))
    assert trial.void == 0 and not trial.starved and "not answered" in trial.complaint


def test_an_unsafe_target_is_never_excused() -> None:
    rig = stalled(latched(after=40))
    rig.complaints.append("7 targets were sent after the Stop")
    trial = run_trial(FAULT, rig)
    assert trial.unsafe and trial.void == 0 and not trial.starved


def test_a_wrong_stop_and_a_wrong_way_back_are_never_excused() -> None:
    assert run_trial(FAULT, stalled(latched("tracking"))).void == 0
    rig = stalled(latched())
    rig.enable_always = True
    trial = run_trial(FAULT, rig)
    assert "nobody had reset" in trial.complaint and trial.void == 0


def test_an_old_target_fails_unless_the_machine_stalled() -> None:
    rig = WrittenRig(latched())
    rig.old.append("a target was 0.077 s old when it arrived")
    assert not run_trial(FAULT, rig).passed and run_trial(FAULT, rig).void == 0
    rig.stall = 1.0
    assert run_trial(FAULT, rig).void == MOST_VOID


def test_safe_is_not_before_the_last_target_that_came() -> None:
    def answers(rig: WrittenRig) -> tuple[str, str]:
        rig.sent.append(Received(rig.time_ns, HOME, 0.04, 0.0, rig.time_ns))
        return held(rig)

    fault = replace(HELD, lasts=0.5)
    trial = run_trial(fault, WrittenRig(answers))
    assert trial.noticed == pytest.approx(0.01) and trial.late
    assert trial.safe == pytest.approx(0.5, abs=0.03)


def test_a_fault_must_strike_an_arm_that_follows() -> None:
    trial = run_trial(HELD, WrittenRig(lambda rig: ("HOLD", "state_old")))
    assert "did not follow when it was struck" in trial.complaint and trial.void == MOST_VOID


def test_a_bridge_that_enables_itself_after_it_came_back_fails() -> None:
    def answers(rig: WrittenRig) -> tuple[str, str]:
        back_s = (rig.time_ns - rig.healed_ns) / 1e9 if rig.healed_ns >= 0 else -1.0
        itself = back_s > 1.0 and "bridge/reset" not in rig.calls
        return ("HOLD", "not_enabled") if rig.struck_ns >= 0 and not (itself or rig.enabled) else ("COMMAND", "")

    fault = replace(FAULT, expected=("hold.not_enabled",), recovery=Recovery.RESPAWN)
    assert "enabled itself" in run_trial(fault, WrittenRig(answers)).complaint
