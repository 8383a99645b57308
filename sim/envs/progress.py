"""Worlds that also pay for coming nearer to what is wanted, where success alone says too little."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.envs.worlds import Flags, Happened, Images, PlannedWorlds, Seeds, Sight, Vectors, Worlds, look

Potential = Callable[[Vectors], NDArray[np.float64]]
"""From frames (N, d) to how near each is (N,)."""


class ProgressWorlds:
    """Worlds whose reward has `weight` times the change of a potential added to it.

    Over an episode the changes add up to the difference of its last frame to its first: going to and fro earns nothing.
    """

    def __init__(self, worlds: Worlds, potential: Potential, weight: float) -> None:
        """Pay by `potential` for what the frames of `worlds` show."""
        self.worlds, self.count, self.step_limit = worlds, worlds.count, worlds.step_limit
        self.observation_size, self.action_size = worlds.observation_size, worlds.action_size
        self._potential, self._weight = potential, weight
        self._near = np.zeros(worlds.count)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin episodes."""
        frames = self.worlds.reset(which, seeds)
        self._near[which] = self._potential(frames[which])
        return frames

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Pass on what is meant to come next."""
        if isinstance(self.worlds, PlannedWorlds):
            self.worlds.plan(chunks, active)

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass and pay for what it brought."""
        happened = self.worlds.step(actions, active)
        near = self._potential(happened.observations)
        paid = self._weight * np.where(active, near - self._near, 0.0)
        self._near = np.where(active, near, self._near)
        rewards = happened.rewards + paid.astype(np.float32)
        return Happened(happened.observations, rewards, happened.terminated, happened.succeeded)

    def look(self, sight: Sight, which: Flags) -> Images:
        """Return what the worlds' own cameras see."""
        return look(self.worlds, sight, which)

    def close(self) -> None:
        """Let go of the worlds."""
        self.worlds.close()
