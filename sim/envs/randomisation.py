"""Domain randomisation: worlds that differ from episode to episode in what is sensed, done and weighed."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.manifest.specs import Limits
from sim.envs.dynamics import DynamicsRanges
from sim.envs.worlds import Flags, Happened, PlannedWorlds, Seeds, Vectors, Worlds


@dataclass(frozen=True)
class RandomisationSettings:
    """How much worlds differ."""

    action_noise: float = 0.03
    """Normal noise on each number of an action, standard deviation with the action's range as -1..1."""
    frame_noise: float = 0.0
    """Normal noise on each number of a frame, likewise."""
    estimator_noise: str = ""
    """What cameras make of objects, a name in calibration/noise or a file; empty: the truth. Block task only."""
    most_action_delay: int = 0
    """Actions take effect up to this many steps late, the same number throughout an episode."""
    most_frame_delay: int = 0
    """Frames are seen up to this many steps late, likewise."""
    dynamics: DynamicsRanges = field(default_factory=DynamicsRanges)
    """What is built and weighed differently."""


class RandomisedWorlds:
    """Worlds whose frames and actions are noisy and late; the same seed gives the same noise in any world."""

    def __init__(
        self, worlds: Worlds, settings: RandomisationSettings, frame_limits: Limits, action_limits: Limits
    ) -> None:
        """Disturb `worlds`; the limits are what counts as -1 and 1."""
        self.worlds, self.settings = worlds, settings
        self.count, self.step_limit = worlds.count, worlds.step_limit
        self.observation_size, self.action_size = worlds.observation_size, worlds.action_size
        self._frame_noise = settings.frame_noise * _half_range(frame_limits)
        self._action_noise = settings.action_noise * _half_range(action_limits)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode of `seeds` (N,) in the worlds of `which` (N,); return all frames (N, d)."""
        return self.worlds.reset(which, seeds)

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass under raw `actions` (N, a) where `active` (N,); the other worlds stand still."""
        return self.worlds.step(actions, active)

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Pass on what is meant to come next; noise comes with the actions themselves."""
        if isinstance(self.worlds, PlannedWorlds):
            self.worlds.plan(chunks, active)

    def close(self) -> None:
        """Let go of threads and processes."""
        self.worlds.close()


def _half_range(limits: Limits) -> NDArray[np.float64]:
    return 0.5 * (np.array(limits.maximum) - np.array(limits.minimum))
