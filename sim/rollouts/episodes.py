"""Episodes as they end, however many roll-outs they began before."""

from dataclasses import dataclass

import numpy as np

from sim.envs.vector import Transition


@dataclass(frozen=True)
class Episode:
    """One that is over: the sum of its raw rewards, its steps, and whether it did its task."""

    world: int
    total_reward: float
    steps: int
    succeeded: bool


class EpisodeBook:
    """Adds up what happens in N worlds."""

    def __init__(self, worlds: int) -> None:
        """Begin an episode in each of `worlds` (N)."""
        self._rewards = np.zeros(worlds)
        self._steps = np.zeros(worlds, np.int64)

    def note(self, transition: Transition) -> list[Episode]:
        """Take note of a chunk and return the episodes that it ended."""
        self._rewards += transition.rewards
        self._steps += transition.steps
        ended = np.flatnonzero(transition.ended)
        episodes = [
            Episode(int(world), float(self._rewards[world]), int(self._steps[world]), bool(transition.succeeded[world]))
            for world in ended
        ]
        self._rewards[ended] = 0.0
        self._steps[ended] = 0
        return episodes
