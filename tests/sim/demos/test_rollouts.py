"""An actor's episodes on their way into a data set."""

import numpy as np
import torch
from torch import Tensor

from diffpol_ros.policy.manifest.specs import Limits
from sim.actors.actor import Actor, Decisions
from sim.data.limits import FittedLimits
from sim.demos.rollouts import NotedWorlds, Player, play
from sim.rollouts.units import Units
from sim.tasks.registry import task_named

TASK = task_named("hopper")


class Noise(Actor):
    """Three actions of pure noise, wider than the limits, and none where it does not explore."""

    steps = 1

    def decide(self, observations: Tensor, *, exploring: bool, generator: torch.Generator) -> Decisions:
        noise = exploring * 2.0 * torch.randn((len(observations), 2, 3, 3), generator=generator)
        return Decisions(noise, torch.zeros(len(observations), 1))


def player(exploring: bool = True) -> Player:
    limits = FittedLimits(Limits((-1.0,) * 11, (1.0,) * 11), TASK.action_limits)
    return Player(Noise(), Units(limits, 2, torch.device("cpu")), 2, 2, exploring)


def noted() -> NotedWorlds:
    return NotedWorlds(TASK.worlds(1), TASK.action_limits)


def test_an_episode_holds_each_step_that_was_done():
    episode = play(noted(), player(), 4)
    length = len(episode.actions)
    assert episode.states.shape == (1, length, 11) and episode.actions.shape == (length, 3)
    assert episode.rewards is not None and episode.rewards.shape == (length,)
    assert episode.terminal and 3 < length < 200
    assert np.abs(episode.actions).max() == 1.0
    repeated, everywhere = TASK.worlds(1), np.ones(1, bool)
    seed = int(np.random.SeedSequence((4, 0, 0)).generate_state(1)[0])
    frames = repeated.reset(everywhere, np.array([seed]))
    for frame, action, reward in zip(episode.states[0], episode.actions, episode.rewards, strict=True):
        np.testing.assert_array_equal(frame, frames[0])
        happened = repeated.step(action[None], everywhere)
        assert happened.rewards[0] == reward
        frames = happened.observations
    assert happened.terminated[0]


def test_an_episode_follows_from_its_seed_alone():
    worlds = noted()
    first = play(worlds, player(), 1)
    other = play(worlds, player(), 2)
    again = play(worlds, player(), 1)
    np.testing.assert_array_equal(first.states, again.states)
    assert len(other.actions) != len(first.actions) or (other.states != first.states).any()


def test_without_exploring_there_is_no_noise():
    episode = play(noted(), player(exploring=False), 3)
    assert (episode.actions == 0.0).all()


def test_an_episode_cut_off_by_time_is_not_terminal():
    worlds = noted()
    worlds.step_limit = 4
    episode = play(worlds, player(exploring=False), 3)
    assert len(episode.actions) == 4 and not episode.terminal
