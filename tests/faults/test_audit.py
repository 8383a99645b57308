"""What is unsafe in a row of targets is found from the targets alone, and nothing else is."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array
from diffpol_ros.faults.audit import NOT_FINITE, Audit
from diffpol_ros.faults.reach import tool_points
from diffpol_ros.faults.received import Received
from diffpol_ros.faults.rig import Seen

PANDA = load_robot_description("panda")
PERIOD_NS = 10_000_000
SPEED = 0.3


def audit() -> Audit:
    return Audit(PANDA, period=0.01, oldest=0.05)


def unsafe(row: Sequence[Received], verdicts: Sequence[Seen] = ()) -> tuple[str, ...]:
    return audit().findings(row, verdicts).unsafe


def smooth(count: int = 100) -> list[Received]:
    """Return a motion of joint 1 that starts from rest: a sine's first quarter, squared."""
    angles = 0.1 * np.sin(np.linspace(0.0, 1.0, count)) ** 2
    return [received(index, np.eye(7)[0] * angle) for index, angle in enumerate(angles)]


def received(index: int, offset: Array, age: float = 0.0) -> Received:
    return Received(index * PERIOD_NS, PANDA.home_positions + offset, 0.04, age)


def seen(index: int, word: str, name: str) -> Seen:
    return Seen(index * PERIOD_NS, index * PERIOD_NS, word, name, "")


def test_a_smooth_motion_is_safe_at_any_pace() -> None:
    assert unsafe(smooth()) == ()
    late = [each for index, each in enumerate(smooth()) if index % 7]
    assert unsafe(late) == ()


def test_a_step_is_found() -> None:
    moved = [received(index, np.zeros(7)) for index in range(10)]
    moved += [received(index, np.eye(7)[0] * 0.05) for index in range(10, 20)]
    assert any("velocity" in told for told in unsafe(moved))


def test_an_acceleration_is_found_where_the_velocity_is_allowed() -> None:
    ramp = [received(index, np.eye(7)[1] * max(0, index - 10) * 0.01 * SPEED) for index in range(30)]
    told = unsafe(ramp)
    assert any("acceleration" in each for each in told) and not any("velocity" in each for each in told)


def test_not_a_number_is_found() -> None:
    assert unsafe([*smooth(), received(100, np.full(7, np.nan))]) == (NOT_FINITE,)


def test_a_joint_beyond_its_limits_and_a_tool_beyond_the_workspace_are_found() -> None:
    told = unsafe([received(0, np.eye(7)[3] * 3.0)])
    assert any("beyond its limits" in each for each in told)
    assert any("out of the workspace" in each for each in told)


def test_an_old_target_is_found() -> None:
    assert any("old" in each for each in audit().findings([received(0, np.zeros(7), age=0.2)]).late)


def test_a_target_after_a_stop_is_found() -> None:
    verdicts = [seen(10, "COMMAND", ""), seen(50, "STOP", "robot_lost"), seen(200, "HOLD", "not_enabled")]
    assert any("after the Stop" in each for each in unsafe(smooth(), verdicts))


def test_a_motion_that_breaks_off_in_a_hold_is_found_and_in_a_stop_is_not() -> None:
    at_full_speed = smooth(60)
    held, stopped = [seen(60, "HOLD", "state_old")], [seen(60, "STOP", "robot_lost")]
    assert any("acceleration" in each for each in unsafe(at_full_speed, held))
    assert unsafe(at_full_speed, stopped) == ()


def test_a_pause_is_a_gap_and_not_unsafe_where_the_arm_was_slow() -> None:
    paused = [each for index, each in enumerate(smooth()) if not 3 <= index < 7]
    found = audit().findings(paused)
    assert found.unsafe == () and found.gaps == ("0.050 s between two targets",)


def test_a_jump_across_a_gap_is_unsafe() -> None:
    jumped = [*smooth(20), received(24, np.eye(7)[0] * 0.5)]
    assert any("across a gap" in each for each in unsafe(jumped))


def test_after_a_pause_that_a_hold_explains_there_is_no_gap() -> None:
    parted = [received(index, np.zeros(7)) for index in (*range(10), *range(50, 60))]
    assert audit().findings(parted, [seen(10, "HOLD", "policy_silent"), seen(50, "COMMAND", "")]).gaps == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_audit_knows_where_the_tool_is(seed: int) -> None:
    joints = PANDA.home_positions + np.random.default_rng(seed).uniform(-0.5, 0.5, 7)
    expected = Kinematics(PANDA).forward(joints).position
    assert tool_points(PANDA, joints[None])[0] == pytest.approx(expected, abs=1e-9)


def test_the_rough_stamp_of_a_target_that_was_under_way_is_no_complaint_but_its_jump_is() -> None:
    row = smooth()
    rough = dataclasses.replace(row[50], stamp_ns=row[48].stamp_ns - 3, certain=False)
    assert unsafe([*row[:50], rough, *row[51:]]) == ()
    away = dataclasses.replace(rough, positions=rough.positions + 0.1)
    assert any("under way" in told for told in unsafe([*row[:50], away, *row[51:]]))


def test_after_a_target_that_was_under_way_nobody_knows_how_the_arm_stood() -> None:
    rest = [received(index, np.zeros(7)) for index in range(10)]
    again = [received(index, np.eye(7)[0] * 0.02) for index in range(200, 210)]
    rough = dataclasses.replace(received(10, np.eye(7)[0] * 0.02), certain=False)
    at_arrival = [dataclasses.replace(each, arrived_ns=each.stamp_ns + 1) for each in (*rest, rough, *again)]
    assert unsafe(at_arrival) == ()
    assert any("acceleration" in told for told in unsafe([each for each in at_arrival if each.certain]))
