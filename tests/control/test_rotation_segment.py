"""Rotations on a path turn with the base, do not overshoot, and survive the opposite rotation."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.interpolation import ChunkPath, Waypoint
from diffpol_ros.control.rotation_segment import RotationSegment
from diffpol_ros.core.spatial import (
    conjugate_quaternion,
    multiply_quaternions,
    quaternion_from_rotation_vector,
    rotate,
    rotation_between,
    rotation_vector,
)
from diffpol_ros.core.types import ActionChunk, Array, Pose
from tests.control.arm import START_NS, STEP_NS

COUNT = 4
VECTORS = arrays(np.float64, (COUNT + 1, 3), elements=st.floats(-2.0, 2.0))
VECTOR = arrays(np.float64, 3, elements=st.floats(-2.0, 2.0))


def path_through(quaternions: Array, spin: Array) -> ChunkPath:
    stamps = tuple(START_NS + (index + 1) * STEP_NS for index in range(len(quaternions) - 1))
    start = Waypoint(Pose(np.zeros(3), quaternions[0]), np.concatenate((np.zeros(3), spin)), 0.08)
    count = len(stamps)
    chunk = ActionChunk(START_NS, stamps, np.zeros((count, 3)), quaternions[1:], np.zeros(count))
    return ChunkPath(start, START_NS, chunk, 0.0)


def sampled(path: ChunkPath, count: int = 81) -> Array:
    stamps = np.linspace(START_NS, path.end_ns, count).round().astype(np.int64)
    return np.array([path.sample(int(stamp))[0].quaternion for stamp in stamps])


@given(VECTORS, VECTOR, VECTOR)
def test_a_turned_base_turns_the_path(vectors: Array, spin: Array, base: Array) -> None:
    turn = quaternion_from_rotation_vector(base)
    quaternions = np.array([quaternion_from_rotation_vector(vector) for vector in vectors])
    # Between opposite rotations two ways are as short, and rounding chooses.
    gaps = [rotation_between(a, b) for a, b in pairwise(quaternions)]
    assume(max(np.linalg.norm(gap) for gap in gaps) < 2.0)
    turned = np.array([multiply_quaternions(turn, quaternion) for quaternion in quaternions])
    plain, moved = path_through(quaternions, 0.2 * spin), path_through(turned, rotate(turn, 0.2 * spin))
    for before, after in zip(sampled(plain), sampled(moved), strict=True):
        assert np.linalg.norm(rotation_between(multiply_quaternions(turn, before), after)) < 1e-6


@given(arrays(np.float64, COUNT + 1, elements=st.floats(-1.5, 1.5)), VECTOR)
def test_about_one_axis_no_angle_overshoots_its_neighbours(angles: Array, axis: Array) -> None:
    assume(np.linalg.norm(axis) > 0.1)
    axis = axis / np.linalg.norm(axis)
    quaternions = np.array([quaternion_from_rotation_vector(angle * axis) for angle in angles])
    assume(np.abs(np.diff(angles)).max() < 3.0)
    path = path_through(quaternions, np.zeros(3))
    reached = np.array([rotation_vector(quaternion) @ axis for quaternion in sampled(path, COUNT * 20 + 1)])
    for index in range(COUNT):
        part = reached[20 * index : 20 * index + 21]
        assert part.min() > min(angles[index : index + 2]) - 0.03 and part.max() < max(angles[index : index + 2]) + 0.03


@given(VECTORS, VECTOR, st.lists(st.booleans(), min_size=COUNT + 1, max_size=COUNT + 1))
def test_the_sign_of_a_quaternion_means_nothing(vectors: Array, spin: Array, flipped: list[bool]) -> None:
    quaternions = np.array([quaternion_from_rotation_vector(vector) for vector in vectors])
    signs = np.where(flipped, -1.0, 1.0)[:, None]
    gaps = [rotation_between(a, b) for a, b in pairwise(quaternions)]
    assume(max(np.linalg.norm(gap) for gap in gaps) < 3.0)
    pairs = zip(sampled(path_through(quaternions, spin)), sampled(path_through(signs * quaternions, spin)), strict=True)
    assert max(np.linalg.norm(rotation_between(a, b)) for a, b in pairs) < 1e-6


@pytest.mark.parametrize("short", [0.0, 1e-12, 1e-7, 1e-3])
def test_half_a_turn_is_made_smoothly_one_way_or_the_other(short: float) -> None:
    turns = np.outer(np.arange(COUNT + 1), [0.0, np.pi - short, 0.0])
    quaternions = np.array([quaternion_from_rotation_vector(turn) for turn in turns])
    reached = sampled(path_through(quaternions, np.zeros(3)), 401)
    steps = [np.linalg.norm(rotation_between(a, b)) for a, b in pairwise(reached)]
    assert np.isfinite(reached).all() and max(steps) < 3.0 * np.pi / 100
    assert np.linalg.norm(rotation_between(reached[-1], quaternions[-1])) < 1e-6


@given(VECTOR, VECTOR, VECTOR, VECTOR, st.floats(0.02, 0.5))
def test_a_segment_has_the_angular_velocities_it_is_given(
    start: Array, end: Array, first: Array, last: Array, duration: float
) -> None:
    quaternions = quaternion_from_rotation_vector(start).tolist(), quaternion_from_rotation_vector(end).tolist()
    segment = RotationSegment(*quaternions, (first, last), duration)
    step = 1e-7
    begin, end_turn = (
        rotation_vector(multiply_quaternions(conjugate_quaternion(np.array(a)), np.array(b))) / (step * duration)
        for a, b in ((segment.at(0.0), segment.at(step)), (segment.at(1.0 - step), segment.at(1.0)))
    )
    assert np.allclose(begin, first, atol=1e-3 / duration) and np.allclose(end_turn, last, atol=1e-3 / duration)
    assert np.allclose(segment.at(0.0), quaternions[0])
    assert abs(np.dot(segment.at(1.0), quaternions[1])) > 1.0 - 1e-12
