"""Fine-tuning really improves small policies on the toy task, within seconds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch

from sim.actors.actor import Actor
from sim.algorithms.dppo_settings import ClipSettings, DppoSettings, steady
from tests.sim.toy_policies import collector, diffusion_actor, gaussian_actor, learner, mixture_actor

SETTINGS = DppoSettings(
    iterations=9,
    chunks=24,
    discount=0.9,
    batch_size=400,
    clip=ClipSettings(0.05, 0.05),
    actor_rate=steady(1e-3),
    critic_rate=steady(3e-3),
)
ONE_STEP = replace(SETTINGS, iterations=11, clip=ClipSettings(0.1, 0.1), actor_rate=steady(3e-4))


def returns(actor: Actor, settings: DppoSettings) -> list[float]:
    """Return the mean return of the episodes of each iteration."""
    learning, acting, generator = learner(actor, settings), collector(actor), torch.Generator().manual_seed(0)
    found = []
    for iteration in range(settings.iterations):
        rollout = acting.collect(settings.chunks, generator, iteration)
        learning.learn(rollout, iteration, generator)
        found.append(float(np.mean([episode.total_reward for episode in rollout.episodes])))
    return found


@pytest.mark.parametrize("minibatch", ["pairs", "chunks"])
def test_a_timid_diffusion_policy_learns_to_go_all_the_way(minibatch: Literal["pairs", "chunks"]):
    size = 400 if minibatch == "pairs" else 100
    found = returns(diffusion_actor(4, updates=300), replace(SETTINGS, minibatch=minibatch, batch_size=size))
    assert np.mean(found[-2:]) > np.mean(found[:2]) + 1.0


@pytest.mark.parametrize("make", [gaussian_actor, mixture_actor])
def test_policies_of_one_step_learn_on_the_same_loop(make: Callable[[], Actor]):
    found = returns(make(), ONE_STEP)
    assert np.mean(found[-2:]) > np.mean(found[:2]) + 1.5


def test_imitation_holds_a_policy_near_what_it_was():
    free, held = (
        returns(diffusion_actor(4, updates=300), replace(SETTINGS, imitation_weight=weight)) for weight in (0.0, 100.0)
    )
    assert held[-1] < free[-1] - 0.5
