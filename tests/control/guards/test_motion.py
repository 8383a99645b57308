"""Differences of what was sent never exceed what the motion between them keeps to, and show what does not."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.guards.motion import Motion
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.core.robot_description import load_robot_description
from tests.control.arm import PANDA

HOME = PANDA.home_positions
STEPS = st.lists(st.floats(0.001, 0.02), min_size=4, max_size=12)


def judged(steps: list[float], places: list[float], joint: int = 0) -> list[str]:
    """Return the names of what sending joint `joint` to `places` [rad] breaks, each a step [s] after the one before."""
    guard, names = Motion(PANDA.limits), []
    guard.stand(HOME)
    for duration, place in zip(steps, places, strict=True):
        positions = HOME.copy()
        positions[joint] += place
        finding = guard.judge(positions, duration)
        names.append(finding.name if finding else "")
        guard.remember(positions, duration)
    return names


@given(STEPS, st.floats(-0.99, 0.99), st.integers(0, 6))
def test_a_motion_within_its_limits_passes_however_uneven_the_steps(
    steps: list[float], share: float, joint: int
) -> None:
    times = np.cumsum(steps)
    jerk = share * min(PANDA.limits.jerk[joint], PANDA.limits.acceleration[joint] / times[-1], 1.0 / times[-1] ** 2)
    assert not any(judged(steps, (jerk * times**3 / 6.0).tolist(), joint))


@given(st.integers(0, 6), st.floats(1.05, 10.0))
def test_each_limit_is_kept_joint_by_joint(joint: int, much: float) -> None:
    limits, step = PANDA.limits, 0.01
    fast = judged([step], [much * limits.velocity[joint] * step], joint)
    assert fast == ["target_velocity"]
    # From rest, the second difference over two steps.
    hasty = judged([step], [much * limits.acceleration[joint] * step**2], joint)
    assert hasty == ["target_acceleration"]


def test_a_jerk_shows_where_velocity_and_acceleration_are_small() -> None:
    step, jerk = 0.001, 1.5 * PANDA.limits.jerk[1]
    assert judged([step], [jerk * step**3], 1) == ["target_jerk"]


@pytest.mark.parametrize("step", [0.001, 0.002, 0.01])
def test_rounding_to_single_precision_is_no_jerk(step: float) -> None:
    guard = Motion(PANDA.limits)
    guard.stand(HOME)
    for index in range(100):
        positions = (HOME + 1e-4 * index * step).astype(np.float32).astype(np.float64)
        assert guard.judge(positions, step) is None
        guard.remember(positions, step)


def test_an_fr3_is_slower_near_the_ends_of_its_joints() -> None:
    """Near its upper end joint 4 may hardly rise, and may fall at full speed."""
    description, step = load_robot_description("fr3"), 0.01
    ends = description.limits.end_velocities
    assert ends is not None
    bounds = VelocityBounds(description.limits, 1.0)
    near = description.home_positions
    near[3] = description.limits.upper[3] - 0.05
    slow, fast = 0.9 * bounds.at(near)[1][3], 1.2 * bounds.at(near)[1][3]
    assert fast < description.limits.velocity[3]
    for speed, expected in ((slow, False), (fast, True), (-fast, False)):
        guard = Motion(dataclasses.replace(description.limits, acceleration=(50.0,) * 7, jerk=(20000.0,) * 7))
        start = near.copy()
        start[3] -= 0.05 * speed
        guard.stand(start)
        found = [guard_step(guard, near[3] - 0.05 * speed + index * speed * step, start, step) for index in range(1, 6)]
        assert ("target_velocity" in found) == expected


def guard_step(guard: Motion, place: float, start: np.ndarray, step: float) -> str:
    """Send joint 4 to `place`; return what that breaks."""
    positions = start.copy()
    positions[3] = place
    finding = guard.judge(positions, step)
    guard.remember(positions, step)
    return finding.name if finding else ""
