"""Frames of the block task as cameras would have had them."""

import numpy as np
import pytest

from sim.envs.block_views import block_views
from sim.envs.noise import DEFAULT, PoseSensor, load_complete
from sim.envs.worlds import Vectors
from sim.tasks.block import BLOCK_LIFT
from tests.sim.envs.test_block_worlds import expert_actions

ONE = np.ones(1, bool)
BLOCK = slice(10, 19)


@pytest.fixture(scope="module")
def frames() -> Vectors:
    worlds = BLOCK_LIFT.fast_worlds(1)
    seen = [worlds.reset(ONE, np.array([3]))[0]]
    seen += [worlds.step(action[None], ONE).observations[0] for action in expert_actions(3, 50)]
    return np.stack(seen)


def test_only_the_block_is_seen_otherwise_and_each_view_has_errors_of_its_own(frames: Vectors):
    views = BLOCK_LIFT.views(frames, 3, np.random.default_rng(0))
    assert views.shape == (3, *frames.shape) and views.dtype == np.float32
    np.testing.assert_array_equal(views[:, :, :10], np.repeat(frames[None, :, :10], 3, axis=0))
    errors = np.linalg.norm(views[:, :, 10:13] - frames[:, 10:13], axis=-1)
    assert (errors[:, :20] > 0.0).all() and errors[:, :20].max() < 0.02
    assert not np.allclose(views[0, :, BLOCK], views[1, :, BLOCK])
    again = BLOCK_LIFT.views(frames, 3, np.random.default_rng(0))
    np.testing.assert_array_equal(views, again)


def test_rotations_stay_rotations(frames: Vectors):
    view = BLOCK_LIFT.views(frames, 1, np.random.default_rng(1))[0].astype(np.float64)
    first, second = view[:, 13:16], view[:, 16:19]
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(second, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose((first * second).sum(axis=1), 0.0, atol=1e-6)


def test_what_is_seen_of_a_block_that_moves_is_late(frames: Vectors):
    moving = frames.copy()
    moving[:, 10] = 0.4 + 0.01 * np.arange(len(frames), dtype=np.float32)
    # Far from the hand, so that it hides nothing.
    moving[:, 0:3] = 0.0
    sensor = PoseSensor("block", load_complete(DEFAULT))
    view = block_views(moving, [sensor], np.random.default_rng(0))[0]
    behind = moving[10:, 10] - view[10:, 10]
    assert 0.0 < behind.mean() < 0.05
