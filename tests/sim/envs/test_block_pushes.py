"""What pushes a hand off its way to the block."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.spatial import matrix_from_quaternion, quaternion_from_rotation_vector
from sim.envs.block_pushes import LEAST, LOWEST, SHARE, SHIFT, pushed_chunks
from sim.envs.worlds import Vectors


def chunks_at(count: int, height: float) -> tuple[Vectors, Vectors]:
    """Return chunks of five equal actions (count, 5, 10), and frames (count, 19): the hand so far above the block."""
    matrix = matrix_from_quaternion(quaternion_from_rotation_vector(np.array([0.3, -0.2, 1.0])))
    action = np.concatenate([[0.5, 0.1, 0.2], matrix[:, 0], matrix[:, 1], [0.04]])
    frames = np.zeros((count, 19), np.float32)
    frames[:, 2], frames[:, 12] = 0.03 + height, 0.03
    return np.tile(action, (count, 5, 1)).astype(np.float32), frames


def test_some_chunks_are_pushed_as_a_whole_and_the_others_are_as_they_were():
    chunks, frames = chunks_at(4000, 0.2)
    pushed = pushed_chunks(chunks, frames, np.random.default_rng(0))
    moved = (pushed != chunks).any(axis=(1, 2))
    assert abs(moved.mean() - SHARE) < 0.03
    shift = (pushed - chunks)[moved][:, :, :3]
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :1], shift.shape), atol=1e-6)
    np.testing.assert_allclose(shift[:, 0].std(axis=0), SHIFT, rtol=0.1)
    np.testing.assert_array_equal(pushed[:, :, 9], chunks[:, :, 9])


def test_beside_the_block_pushes_are_small():
    chunks, frames = chunks_at(4000, 0.0)
    pushed = pushed_chunks(chunks, frames, np.random.default_rng(0))
    moved = (pushed != chunks).any(axis=(1, 2))
    np.testing.assert_allclose((pushed - chunks)[moved][:, 0, :3].std(axis=0), LEAST * SHIFT, rtol=0.1)


@given(seed=st.integers(0, 1 << 32), height=st.floats(-0.05, 0.5))
def test_rotations_stay_rotations_and_nobody_is_pushed_into_the_table(seed: int, height: float):
    chunks, frames = chunks_at(20, height)
    chunks[:10, :, 2] = LOWEST
    # What wants to go lower is not held up by that.
    chunks[10:12, :, 2] = 0.01
    pushed = pushed_chunks(chunks, frames, np.random.default_rng(seed))
    first, second = pushed[:, :, 3:6], pushed[:, :, 6:9]
    np.testing.assert_allclose(np.linalg.norm(first, axis=2), 1.0, atol=1e-5)
    np.testing.assert_allclose((first * second).sum(axis=2), 0.0, atol=1e-5)
    assert (pushed[:, :, 2] >= np.minimum(chunks[:, :, 2], np.float32(LOWEST))).all()
    assert pushed.dtype == np.float32


def test_the_same_draws_push_alike():
    chunks, frames = chunks_at(30, 0.1)
    again = [pushed_chunks(chunks, frames, np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*again)
