"""Rewards in units of the deviation of discounted returns."""

import numpy as np
import pytest
import torch
from torch import Tensor

from sim.rollouts.reward_scale import BOUND, RewardScale


def drawn(seed: int, chunks: int = 30, worlds: int = 4) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand((chunks, worlds), generator=generator) < 0.1
    return 3.0 + torch.randn((chunks, worlds), generator=generator), first


def returns(rewards: Tensor, first: Tensor) -> np.ndarray:
    """By hand: each return is the discounted sum of the episode's rewards so far."""
    found = np.zeros(rewards.shape)
    for world in range(rewards.shape[1]):
        begun = 0
        for chunk in range(len(rewards)):
            begun = chunk if first[chunk, world] else begun
            past = rewards[begun : chunk + 1, world].double().numpy()
            found[chunk, world] = sum(reward * 0.99 ** (len(past) - 1 - age) for age, reward in enumerate(past))
    return found


def test_the_divisor_is_the_deviation_of_all_returns_so_far():
    rewards, first = drawn(0)
    scale = RewardScale(4)
    scaled = torch.cat([scale.scale(rewards[:11], first[:11]), scale.scale(rewards[11:], first[11:])])
    everything = returns(rewards, first)
    for end, part in ((11, slice(0, 11)), (30, slice(11, 30))):
        expected = rewards[part] / np.sqrt(everything[:end].var() + 1e-8)
        torch.testing.assert_close(scaled[part], expected.float(), rtol=1e-5, atol=1e-6)


def test_no_mean_is_taken_off():
    rewards, first = drawn(1)
    assert bool((RewardScale(4).scale(rewards.abs(), first) >= 0.0).all())


def test_scaled_rewards_are_bounded():
    rewards = torch.full((50, 1), 1e-3)
    rewards[25] = 1e6
    scaled = RewardScale(1).scale(rewards, torch.zeros(50, 1, dtype=torch.bool))
    assert float(scaled.abs().max()) <= BOUND


def test_tasks_that_never_reward_stay_finite():
    assert float(RewardScale(2).scale(torch.zeros(5, 2), torch.zeros(5, 2, dtype=torch.bool)).abs().max()) == 0.0


def test_the_scale_of_the_task_does_not_matter():
    rewards, first = drawn(2)
    one, other = RewardScale(4).scale(rewards, first), RewardScale(4).scale(1000.0 * rewards, first)
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_a_resumed_scale_is_the_uninterrupted_one():
    (rewards, first), (later, second) = drawn(3), drawn(4)
    whole, resumed = RewardScale(4), RewardScale(4)
    whole.scale(rewards, first)
    resumed.load_state(whole.state())
    assert torch.equal(whole.scale(later, second), resumed.scale(later, second))
    assert whole.deviation == pytest.approx(resumed.deviation)
