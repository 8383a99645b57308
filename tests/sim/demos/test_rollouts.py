"""What an actor does, written down as an episode."""

from typing import Any

import numpy as np
import pytest
import torch

from diffpol_ros.policy.manifest.specs import Limits
from sim.actors.actor import Decisions
from sim.data.limits import FittedLimits
from sim.demos.rollouts import NotedWorlds, Player, play
from sim.rollouts.units import Units
from tests.sim.envs.test_vector import CountingWorlds, PlannedCountingWorlds

FRAMES, ACTIONS = Limits((-1.0, -1.0), (1.0, 1.0)), Limits((-1.0,), (1.0,))


class Pushing:
    """Always says two actions, the second beyond the task's limits."""

    def decide(self, observations: torch.Tensor, **_: Any) -> Decisions:
        chunk = torch.tensor([[[0.5], [1.5]]])
        return Decisions(torch.stack([chunk, chunk], 1), torch.zeros(len(observations), 1))


@pytest.fixture
def player() -> Player:
    actor: Any = Pushing()
    return Player(actor, Units(FittedLimits(FRAMES, ACTIONS), 1, torch.device("cpu")), 1, 2)


def test_actions_are_written_down_as_they_were_done(player: Player):
    episode = play(NotedWorlds(CountingWorlds(1, step_limit=4), ACTIONS), player, 3)
    assert episode is not None and episode.seed == 3 and not episode.terminal
    np.testing.assert_array_equal(episode.actions[:, 0], [0.5, 1.0, 0.5, 1.0])


def test_a_success_ends_the_episode_that_is_asked_for_one(player: Player):
    episode = play(NotedWorlds(CountingWorlds(1, step_limit=9, success_age=3), ACTIONS), player, 0, successes=True)
    assert episode is not None and len(episode.actions) == 3 and episode.terminal


def test_an_episode_without_success_is_left_out_and_forgotten(player: Player):
    worlds = NotedWorlds(CountingWorlds(1, step_limit=4), ACTIONS)
    assert play(worlds, player, 0, successes=True) is None
    again = play(worlds, player, 0)
    assert again is not None and len(again.actions) == 4


def test_worlds_hear_what_is_meant_to_come_next_as_it_will_be_done(player: Player):
    worlds = PlannedCountingWorlds(1, step_limit=2)
    play(NotedWorlds(worlds, ACTIONS), player, 0)
    np.testing.assert_array_equal(worlds.planned[0], [[[0.5], [1.0]]])
