"""An actor's episodes, step by step, for a data set."""

from dataclasses import dataclass

import numpy as np
import torch

from diffpol_ros.policy.manifest.specs import Limits
from sim.actors.actor import Actor
from sim.data.episode import Episode
from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Flags, Happened, PlannedWorlds, Seeds, Vectors, Worlds
from sim.rollouts.units import Units


@dataclass(frozen=True, eq=False)
class Player:
    """Who acts: an actor on normalised numbers, and how they are made."""

    actor: Actor
    units: Units
    history_steps: int
    """T_o, frames it sees."""
    executed_steps: int
    """T_a, actions of a chunk that are done."""
    exploring: bool = True
    """Whether it acts with the noise of training."""


class NotedWorlds:
    """One world that writes down each step; no action is beyond what the task takes."""

    def __init__(self, worlds: Worlds, action_limits: Limits) -> None:
        """Write down what happens in the one world of `worlds`."""
        self.worlds, self.count, self.step_limit = worlds, worlds.count, worlds.step_limit
        self.observation_size, self.action_size = worlds.observation_size, worlds.action_size
        self._lowest = np.array(action_limits.minimum, np.float32)
        self._highest = np.array(action_limits.maximum, np.float32)
        self._frames: list[Vectors] = []
        self._actions: list[Vectors] = []
        self._rewards: list[np.float32] = []

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode; forget what was taken."""
        frames = self.worlds.reset(which, seeds)
        self._frame = frames[0]
        return frames

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Pass on what is meant to come next; the world gets each action again, as it is written down."""
        if isinstance(self.worlds, PlannedWorlds):
            self.worlds.plan(np.clip(chunks, self._lowest, self._highest), active)

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass and write it down."""
        actions = np.clip(actions, self._lowest, self._highest)
        happened = self.worlds.step(actions, active)
        self._frames.append(self._frame)
        self._actions.append(actions[0])
        self._rewards.append(happened.rewards[0])
        self._frame = happened.observations[0]
        return happened

    def close(self) -> None:
        """Let go of the world."""
        self.worlds.close()

    def take(self, seed: int, terminal: bool) -> Episode:
        """Return what was written down since the last time."""
        episode = Episode(
            seed, np.stack(self._frames)[None], np.stack(self._actions), np.array(self._rewards), terminal
        )
        self._frames, self._actions, self._rewards = [], [], []
        return episode


def play(worlds: NotedWorlds, player: Player, seed: int, *, successes: bool = False) -> Episode | None:
    """Return the episode of `seed`: its start and the actor's noise follow from that alone.

    successes: it ends with success; None where none came.
    """
    environment = VectorEnvironment(worlds, player.history_steps, until_success=successes)
    generator = torch.Generator().manual_seed(seed)
    observations = environment.reset(seed)
    while True:
        with torch.inference_mode():
            seen = player.units.observations(observations)
            decisions = player.actor.decide(seen, exploring=player.exploring, generator=generator)
        transition = environment.step(player.units.actions(decisions.actions), player.executed_steps)
        if transition.ended[0]:
            episode = worlds.take(seed, bool(transition.terminated[0]))
            return episode if transition.succeeded[0] or not successes else None
        observations = transition.observations
