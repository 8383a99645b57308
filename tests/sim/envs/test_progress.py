"""What is paid for coming nearer."""

import numpy as np
import pytest

from sim.envs.block_potential import HIGH_ENOUGH, LIFT, REACH, TURN, block_potential
from sim.envs.progress import ProgressWorlds
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.tasks.block import BLOCK_LIFT
from tests.sim.envs.test_block_worlds import expert_actions

BOTH = np.ones(2, bool)


class Counting:
    """Two worlds whose frame is the sum of all actions; a reward of 1 a step."""

    count, observation_size, action_size, step_limit = 2, 1, 1, 10

    def __init__(self) -> None:
        self.frames = np.zeros((2, 1), np.float32)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        self.frames[which, 0] = seeds[which]
        return self.frames.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        self.frames[active] += actions[active]
        return Happened(self.frames.copy(), np.ones(2, np.float32), ~BOTH, ~BOTH)

    def close(self) -> None:
        pass


def frame(hand: tuple[float, float, float], block: tuple[float, float, float], yaw: float = 0.0) -> np.ndarray:
    """Return a frame (19,) of a hand that points down, with the block turned by `yaw` [rad]."""
    turned = [np.cos(yaw), np.sin(yaw), 0.0, -np.sin(yaw), np.cos(yaw), 0.0]
    return np.array([*hand, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.08, *block, *turned], np.float32)


def potential(hand: tuple[float, float, float], block: tuple[float, float, float], yaw: float = 0.0) -> float:
    return float(block_potential(frame(hand, block, yaw)[None])[0])


def test_changes_add_up_to_the_difference_of_last_and_first():
    worlds = ProgressWorlds(Counting(), lambda frames: frames[:, 0].astype(float), 0.5)
    worlds.reset(BOTH, np.array([1, 5]))
    moves = np.array([[[2.0], [1.0]], [[-3.0], [1.0]], [[4.0], [-7.0]]], np.float32)
    rewards = np.stack([worlds.step(move, BOTH).rewards for move in moves])
    np.testing.assert_allclose((rewards - 1.0).sum(axis=0), 0.5 * moves[..., 0].sum(axis=0))


def test_a_new_episode_and_a_world_that_stands_still_earn_nothing_for_it():
    worlds = ProgressWorlds(Counting(), lambda frames: frames[:, 0].astype(float), 1.0)
    worlds.reset(BOTH, np.array([1, 5]))
    worlds.reset(np.array([True, False]), np.array([100, 5]))
    happened = worlds.step(np.ones((2, 1), np.float32), np.array([True, False]))
    np.testing.assert_allclose(happened.rewards, [2.0, 1.0])
    np.testing.assert_allclose(worlds.step(np.ones((2, 1), np.float32), BOTH).rewards, [2.0, 2.0])


def test_the_block_pays_for_distance_turn_and_height():
    there = (0.5, 0.1, 0.03)
    assert potential(there, there) == pytest.approx(0.0, abs=1e-6)
    assert potential((0.5, 0.1, 0.13), there) == pytest.approx(-0.1 * REACH)
    assert potential(there, there, 0.2) == pytest.approx(-0.2 * TURN, abs=1e-6)
    assert potential(there, there, 0.5 * np.pi + 0.2) == pytest.approx(-0.2 * TURN, abs=1e-6)
    up = (0.5, 0.1, 0.03 + HIGH_ENOUGH)
    assert potential(up, up) == pytest.approx(LIFT * HIGH_ENOUGH)
    assert potential((0.5, 0.1, 0.5), (0.5, 0.1, 0.5)) == pytest.approx(LIFT * HIGH_ENOUGH)


def test_a_block_on_its_side_is_turned_as_the_axis_that_lies():
    there = [0.5, 0.1, 0.03]
    side = np.array([*there, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.08, *there, 0.0, 0.0, 1.0, np.cos(0.3), np.sin(0.3), 0.0])
    assert float(block_potential(side[None].astype(np.float32))[0]) == pytest.approx(-0.3 * TURN, abs=1e-6)


def test_the_expert_gains_all_along():
    worlds = ProgressWorlds(BLOCK_LIFT.fast_worlds(1), BLOCK_LIFT.potential, 1.0)
    begun = worlds.reset(np.ones(1, bool), np.array([3]))
    happened = [worlds.step(action[None], np.ones(1, bool)) for action in expert_actions(3, 60)]
    paid = sum(float(each.rewards[0]) - float(each.succeeded[0]) for each in happened)
    gained = float((block_potential(happened[-1].observations) - block_potential(begun))[0])
    assert paid == pytest.approx(gained, abs=1e-4)
    assert gained > 1.5
