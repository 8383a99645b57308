"""The fast worlds, against the exact ones."""

import numpy as np
import pytest

from sim.envs.block_fast.worlds import FastBlockWorlds
from sim.envs.block_worlds import BlockWorlds, BlockWorldsSettings
from sim.envs.randomisation import RandomisationSettings
from sim.envs.worlds import Vectors
from sim.errors import SimulationError
from sim.scale.worlds import scaled_worlds
from sim.tasks.block import BLOCK_LIFT
from tests.sim.envs.test_block_worlds import UP, expert_actions, rise

BOTH = np.ones(2, bool)
SEEDS = np.array([3, 4])


@pytest.fixture(scope="module")
def actions() -> Vectors:
    return np.stack([expert_actions(int(seed), 60) for seed in SEEDS])


def played(worlds: BlockWorlds | FastBlockWorlds, actions: Vectors) -> tuple[Vectors, Vectors]:
    """Return frames (T + 1, 2, d) and rewards (T, 2) of `actions` (2, T, 10), planned eight steps ahead."""
    frames, rewards = [worlds.reset(BOTH, SEEDS)], []
    for step in range(actions.shape[1]):
        if step % 8 == 0:
            worlds.plan(actions[:, step : step + 16], BOTH)
        happened = worlds.step(actions[:, step], BOTH)
        frames.append(happened.observations)
        rewards.append(happened.rewards)
    return np.stack(frames), np.stack(rewards)


def test_the_same_actions_lead_to_the_same_lift(actions: Vectors):
    exact, paid = played(BlockWorlds(BlockWorldsSettings(), 2), actions)
    fast, earned = played(BLOCK_LIFT.fast_worlds(2), actions)
    np.testing.assert_allclose(fast[0], exact[0], atol=1e-6)
    apart = np.linalg.norm(fast[..., :3] - exact[..., :3], axis=-1)
    assert np.median(apart) < 3e-4 and apart.max() < 3e-3
    assert np.abs(fast[..., 3:9] - exact[..., 3:9]).max() < 0.03
    assert np.linalg.norm(fast[..., 10:13] - exact[..., 10:13], axis=-1).max() < 4e-3
    assert paid[-1].all() and earned[-1].all()
    assert np.abs(np.argmax(paid, axis=0) - np.argmax(earned, axis=0)).max() <= 1


def test_threads_and_company_do_not_change_a_bit():
    alone = rise(BLOCK_LIFT.fast_worlds(1), [5])
    both = rise(BLOCK_LIFT.fast_worlds(2, workers=2), [4, 5])
    np.testing.assert_array_equal(alone[:, 0], both[:, 1])


def test_worlds_that_are_not_active_stand_still():
    worlds = BLOCK_LIFT.fast_worlds(2)
    begun = worlds.reset(BOTH, SEEDS)
    happened = worlds.step(begun[:, :10] + UP, np.array([True, False]))
    np.testing.assert_array_equal(happened.observations[1], begun[1])
    assert not np.array_equal(happened.observations[0], begun[0])
    still = worlds.step(begun[:, :10] + UP, ~BOTH)
    np.testing.assert_array_equal(still.observations, happened.observations)


def test_an_episode_that_begins_anew_forgets_the_one_before(actions: Vectors):
    worlds, fresh = BLOCK_LIFT.fast_worlds(2), BLOCK_LIFT.fast_worlds(2)
    first, _ = played(fresh, actions[:, :12])
    played(worlds, actions[:, :30])
    again, _ = played(worlds, actions[:, :12])
    np.testing.assert_array_equal(first, again)


def test_an_action_without_rotation_or_not_finite_ends_the_episode_and_moves_nothing():
    worlds = BLOCK_LIFT.fast_worlds(2)
    frames = worlds.reset(BOTH, SEEDS)
    actions = frames[:, :10] + UP
    actions[0, 3:9], actions[1, 0] = 0.0, np.nan
    happened = worlds.step(actions, BOTH)
    assert happened.terminated.all()
    np.testing.assert_allclose(happened.observations[:, :3], frames[:, :3], atol=2e-3)
    assert np.isfinite(happened.observations).all()


def test_who_has_none_is_refused():
    with pytest.raises(SimulationError, match="hopper has no fast worlds"), scaled_worlds("hopper", 1, fast=True):
        pass
    with (
        pytest.raises(SimulationError, match="leave out --fast or --randomise"),
        scaled_worlds("block", 1, RandomisationSettings(), fast=True),
    ):
        pass
