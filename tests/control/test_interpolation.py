"""A path passes through its actions in time, smoothly, from where the arm is told to be, and ends."""

from dataclasses import replace

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
HERE = np.array([0.4, 0.0, 0.3])
POSITIONS = arrays(np.float64, (COUNT, 3), elements=NUMBERS)
TURNS = arrays(np.float64, (COUNT, 3), elements=NUMBERS)
VELOCITIES = arrays(np.float64, 3, elements=NUMBERS)


def present(velocity: Array | None = None, spin: Array | None = None) -> Waypoint:
    twist = np.concatenate([np.zeros(3) if part is None else part for part in (velocity, spin)])
    return Waypoint(Pose(HERE, DOWN), twist, 0.08)


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


@given(POSITIONS, TURNS, VELOCITIES, VELOCITIES)
def test_it_starts_where_and_as_fast_as_the_arm_is_told_to(
    positions: Array, turns: Array, velocity: Array, spin: Array
) -> None:
    path = ChunkPath(present(velocity, spin), START_NS, actions(positions, turns), 0.0)
    first, second = path.sample(START_NS)[0], path.sample(START_NS + to_ns(1e-5))[0]
    assert np.allclose(first.position, [0.4, 0.0, 0.3])
    assert np.allclose((second.position - first.position) / 1e-5, velocity, atol=0.1)
    assert np.allclose(rotation_between(first.quaternion, second.quaternion) / 1e-5, spin, atol=0.1)


def twists(path: ChunkPath, stamps_ns: list[int], duration: float) -> Array:
    """Return (n, 6) mean velocities and angular velocities over `duration` [s] from each of `stamps_ns`."""
    rows = []
    for stamp_ns in stamps_ns:
        first, second = path.sample(stamp_ns)[0], path.sample(stamp_ns + to_ns(duration))[0]
        turn = rotation_between(first.quaternion, second.quaternion)
        rows.append(np.concatenate((second.position - first.position, turn)) / duration)
    return np.array(rows)


@given(POSITIONS, TURNS, VELOCITIES, VELOCITIES, st.integers(0, 90))
def test_velocities_do_not_jump_at_an_action(
    positions: Array, turns: Array, velocity: Array, spin: Array, late_ms: int
) -> None:
    chunk = actions(positions, turns)
    path = ChunkPath(present(velocity, spin), START_NS + late_ms * 1_000_000, chunk, 0.001)
    for stamp_ns in chunk.stamps_ns[:-1]:
        before, after = twists(path, [stamp_ns - to_ns(1e-5), stamp_ns], 1e-5)
        # Within 10 us a smooth path changes by its acceleration only.
        assert np.abs(after - before).max() < 1.0
    assert np.abs(twists(path, [path.end_ns - to_ns(1e-5)], 1e-5)).max() < 0.5


@given(VELOCITIES, st.floats(0.02, 0.15), st.floats(0.3, 2.0))
def test_accelerations_of_a_smooth_motion_do_not_jump(way: Array, size: float, speed: float) -> None:
    times = 0.1 * np.arange(COUNT + 1)
    wave = np.outer(size * np.sin(speed * times), way)
    chunk = actions(HERE + wave[1:])
    path = ChunkPath(present(size * speed * way), START_NS, chunk, 0.0)
    for stamp_ns in chunk.stamps_ns[:-2]:
        around = twists(path, [stamp_ns + to_ns(index * 1e-4) for index in range(-3, 3)], 1e-4)[:, :3]
        assert np.abs(np.diff(np.diff(around, axis=0) / 1e-4, axis=0)).max() < 0.05


@given(POSITIONS, st.integers(0, 99))
def test_no_coordinate_leaves_its_two_neighbours_but_for_the_present_velocity(positions: Array, late_ms: int) -> None:
    """Pinned: a short first segment made the spline swing far out of the actions' box."""
    chunk, start_ns = actions(positions), START_NS + late_ms * 1_000_000
    path = ChunkPath(present(), start_ns, chunk, 0.0)
    points = np.vstack((HERE, chunk.positions))
    for index, end_ns in enumerate(chunk.stamps_ns):
        begin_ns = start_ns if index == 0 else chunk.stamps_ns[index - 1]
        low, high = np.minimum(points[index], points[index + 1]), np.maximum(points[index], points[index + 1])
        for share in np.linspace(0.0, 1.0, 21):
            position = path.sample(begin_ns + round(share * (end_ns - begin_ns)))[0].position
            assert (position >= low - 0.0013).all() and (position <= high + 0.0013).all()


@given(POSITIONS, TURNS, VELOCITIES, VELOCITIES, st.integers(0, 10**15), st.floats(0.0, 1.0))
def test_a_path_shifted_in_time_is_the_same(
    positions: Array, turns: Array, velocity: Array, spin: Array, shift_ns: int, share: float
) -> None:
    chunk, start = actions(positions, turns), present(velocity, spin)
    stamps_ns = tuple(stamp_ns + shift_ns for stamp_ns in chunk.stamps_ns)
    later = replace(chunk, stamps_ns=stamps_ns)
    now_ns = START_NS + round(share * COUNT * STEP_NS)
    pose, width = ChunkPath(start, START_NS, chunk, 0.0).sample(now_ns)
    shifted, same = ChunkPath(start, START_NS + shift_ns, later, 0.0).sample(now_ns + shift_ns)
    assert (pose.position == shifted.position).all() and (pose.quaternion == shifted.quaternion).all()
    assert width == same


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
