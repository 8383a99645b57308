"""The block task, several worlds at a time."""

from dataclasses import dataclass, field

import numpy as np

from diffpol_ros.policy.manifest.specs import ACTION_ENTRIES
from diffpol_ros.policy.observation import frame_vector
from sim.envs.block import STEP_NS, BlockLiftEnvironment, BlockLiftSettings, block_observation_spec
from sim.envs.dynamics import DynamicsRanges
from sim.envs.worlds import Flags, Happened, Seeds, Vectors

SPEC = block_observation_spec()


@dataclass(frozen=True)
class BlockWorldsSettings:
    """What each world is."""

    environment: BlockLiftSettings = field(default_factory=BlockLiftSettings)
    """The block, the cameras, the time limit."""
    dynamics: DynamicsRanges = field(default_factory=DynamicsRanges)
    """What differs from episode to episode."""
    most_action_delay: int = 0
    """Chunks reach the control loop up to this many steps late, drawn once an episode."""


class BlockWorlds:
    """N worlds of the block task; a reward of 1 for each step after which the block is up and has been kept there.

    The gate stopping the arm ends an episode; success does not.
    """

    def __init__(self, settings: BlockWorldsSettings, count: int, processes: int = 1) -> None:
        """Build `count` worlds."""
        self.count = count
        self.observation_size = SPEC.frame_dimension
        self.action_size = sum(entry.size for entry in ACTION_ENTRIES)
        self.step_limit = round(settings.environment.time_limit * 1e9 / STEP_NS)
        self._worlds = [BlockLiftEnvironment(settings.environment) for _ in range(count)]
        self._frames = np.zeros((count, self.observation_size), np.float32)
        self._plans: list[Vectors] = [np.zeros((0, self.action_size), np.float32)] * count

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode of `seeds` (N,) in the worlds of `which` (N,); return all frames (N, d)."""
        for number in np.flatnonzero(which):
            self._frames[number] = frame_vector(self._worlds[number].reset(int(seeds[number])), SPEC)
            self._plans[number] = self._plans[number][:0]
        return self._frames.copy()

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Learn which actions (N, T, a) are meant to come next, so that the arm moves on smoothly between them."""
        for number in np.flatnonzero(active):
            self._plans[number] = chunks[number]

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass under raw `actions` (N, a) where `active` (N,); the other worlds stand still."""
        rewards = np.zeros(self.count, np.float32)
        for number in np.flatnonzero(active):
            world = self._worlds[number]
            self._plans[number] = self._plans[number][1:]
            seen = world.step(np.concatenate([actions[number][None], self._plans[number]]))
            self._frames[number] = frame_vector(seen, SPEC)
            rewards[number] = world.succeeded
        stopped = np.array([bool(world.stop_reason) for world in self._worlds])
        return Happened(self._frames.copy(), rewards, stopped, rewards > 0.0)

    def close(self) -> None:
        """Let go of the processes."""
