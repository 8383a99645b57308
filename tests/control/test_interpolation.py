"""A path passes through its actions in time, smoothly, from where the arm is told to be, and ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.interpolation import ChunkPath, Waypoint
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import quaternion_from_rotation_vector, rotation_between
from diffpol_ros.core.types import ActionChunk, Array, Pose
from tests.control.arm import DOWN, START_NS, STEP_NS

NUMBERS = st.floats(-1.0, 1.0)
COUNT = 5
POSITIONS = arrays(np.float64, (COUNT, 3), elements=NUMBERS)
TURNS = arrays(np.float64, (COUNT, 3), elements=NUMBERS)
VELOCITIES = arrays(np.float64, 3, elements=NUMBERS)


def present(velocity: Array | None = None) -> Waypoint:
    still = np.zeros(3) if velocity is None else velocity
    return Waypoint(Pose([0.4, 0.0, 0.3], DOWN), still, 0.08)


def actions(positions: Array, turns: Array | None = None) -> ActionChunk:
    stamps = tuple(START_NS + (index + 1) * STEP_NS for index in range(len(positions)))
    vectors = np.zeros_like(positions) if turns is None else turns
    quaternions = np.array([quaternion_from_rotation_vector(vector) for vector in vectors])
    return ActionChunk(START_NS, stamps, positions, quaternions, np.linspace(0.08, 0.0, len(positions)))


@given(POSITIONS, TURNS, VELOCITIES)
def test_it_passes_through_every_action_when_it_is_due(positions: Array, turns: Array, velocity: Array) -> None:
    chunk = actions(positions, turns)
    path = ChunkPath(present(velocity), START_NS, chunk, 0.0)
    for index, stamp_ns in enumerate(chunk.stamps_ns):
        pose, width = path.sample(stamp_ns)
        assert np.allclose(pose.position, chunk.positions[index], atol=1e-9)
        assert np.allclose(rotation_between(pose.quaternion, chunk.quaternions[index]), 0.0, atol=1e-6)
        assert width == pytest.approx(chunk.gripper_widths[index])


@given(POSITIONS, VELOCITIES)
def test_it_starts_where_and_as_fast_as_the_arm_is_told_to(positions: Array, velocity: Array) -> None:
    path = ChunkPath(present(velocity), START_NS, actions(positions), 0.0)
    step_ns = to_ns(1e-5)
    first, second = path.sample(START_NS)[0].position, path.sample(START_NS + step_ns)[0].position
    assert np.allclose(first, [0.4, 0.0, 0.3])
    assert np.allclose((second - first) / 1e-5, velocity, atol=0.1)


@given(POSITIONS, VELOCITIES)
def test_velocity_and_acceleration_do_not_jump(positions: Array, velocity: Array) -> None:
    chunk = actions(positions)
    path = ChunkPath(present(velocity), START_NS, chunk, 0.0)
    duration, step_ns = 1e-5, to_ns(1e-5)
    around = [
        [path.sample(stamp_ns + index * step_ns)[0].position for index in range(-3, 4)]
        for stamp_ns in chunk.stamps_ns[:-1]
    ]
    velocities = np.diff(np.array(around), axis=1) / duration
    accelerations = np.diff(velocities, axis=1) / duration
    greatest = np.abs(accelerations).max()
    # Within a step of 10 us a smooth path changes by its jerk only, at most a few thousandths of these.
    assert np.abs(np.diff(velocities, axis=1)).max() < 1e-4 * (1.0 + greatest)
    assert np.abs(np.diff(accelerations, axis=1)).max() < 0.01 * (1.0 + greatest)


@given(POSITIONS, st.integers(0, 10**9))
def test_it_holds_nothing_beyond_its_last_action(positions: Array, beyond_ns: int) -> None:
    chunk = actions(positions)
    path = ChunkPath(present(), START_NS, chunk, 0.0)
    assert path.end_ns == chunk.stamps_ns[-1]
    assert np.allclose(path.sample(path.end_ns + beyond_ns)[0].position, positions[-1])


@given(TURNS)
def test_every_rotation_on_the_way_is_one(turns: Array) -> None:
    path = ChunkPath(present(), START_NS, actions(np.zeros((COUNT, 3)), turns), 0.0)
    for share in np.linspace(0.0, 1.0, 37):
        pose, _ = path.sample(START_NS + round(share * COUNT * STEP_NS))
        assert np.linalg.norm(pose.quaternion) == pytest.approx(1.0, abs=1e-9)


def test_past_actions_and_those_due_too_soon_are_dropped() -> None:
    chunk = actions(np.array([[9.0, 9.0, 9.0], [8.0, 8.0, 8.0], [0.5, 0.0, 0.3]]))
    path = ChunkPath(present(), chunk.stamps_ns[1] - to_ns(0.01), chunk, 0.02)
    for share in np.linspace(0.0, 1.0, 20):
        stamp_ns = chunk.stamps_ns[1] + round(share * STEP_NS)
        assert path.sample(stamp_ns)[0].position.max() < 0.6


def test_a_chunk_that_is_all_past_has_no_path() -> None:
    with pytest.raises(ValueError, match="all actions are past"):
        ChunkPath(present(), START_NS + to_ns(1.0), actions(np.zeros((3, 3))), 0.0)
