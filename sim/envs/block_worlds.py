"""The block task, several worlds at a time."""

import copy
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.types import Observation
from diffpol_ros.policy.actions import ActionError
from diffpol_ros.policy.manifest.specs import ACTION_ENTRIES
from diffpol_ros.policy.observation import frame_vector
from diffpol_ros.twin.simulation import Simulation
from sim.envs.block import (
    CONTROL_NS,
    STEP_NS,
    STEP_PERIODS,
    BlockLiftEnvironment,
    BlockLiftSettings,
)
from sim.envs.block_cameras import BlockCameras
from sim.envs.block_numbers import FINGERS, SPEC
from sim.envs.dynamics import DynamicsRanges, vary
from sim.envs.processes import ProcessWorlds
from sim.envs.worlds import Flags, Happened, Images, Seeds, Sight, Vectors, Worlds

LATENCY_STREAM = 4
"""Sets the draw of the latency apart from the others of an episode."""


@dataclass(frozen=True)
class BlockWorldsSettings:
    """What each world is."""

    environment: BlockLiftSettings = field(default_factory=BlockLiftSettings)
    """The block, the cameras, the time limit."""
    dynamics: DynamicsRanges = field(default_factory=DynamicsRanges)
    """What differs from episode to episode; the arm's own law does not."""
    most_delay_steps: int = 0
    """Chunks reach the control loop up to this many steps later than in `environment`, drawn once an episode."""


class BlockWorld:
    """One of them: an environment that is told actions, and knows what is meant to follow."""

    def __init__(self, settings: BlockWorldsSettings) -> None:
        """Build it."""
        self._settings = settings
        self._environment = BlockLiftEnvironment(settings.environment)
        self._nominal = copy.copy(self._environment.simulation.model)
        self._latency_ns = self._environment.latency_ns
        gripper = self._environment.simulation.description.gripper
        self._widths = gripper.closed_width, gripper.maximum_width
        self._plan: list[Vectors] = []
        self._following = self._refused = False

    @property
    def simulation(self) -> Simulation:
        """Return the world itself."""
        return self._environment.simulation

    @property
    def succeeded(self) -> bool:
        """Return whether the block is up and has been for long enough."""
        return self._environment.succeeded

    @property
    def stopped(self) -> bool:
        """Return whether nothing moves the arm any more: the gate stopped it, or an action has no rotation."""
        return self._refused or bool(self._environment.stop_reason)

    def reset(self, seed: int) -> Vectors:
        """Begin the episode of `seed`; return the first frame (d,)."""
        self._plan, self._following, self._refused = [], False, False
        if self._settings.dynamics.any:
            vary(self._environment.simulation.model, self._nominal, self._settings.dynamics, seed)
        random = np.random.default_rng([seed, LATENCY_STREAM])
        periods = int(random.integers(self._settings.most_delay_steps * STEP_PERIODS + 1))
        self._environment.latency_ns = self._latency_ns + periods * CONTROL_NS
        return frame_vector(self._environment.reset(seed), SPEC)

    def plan(self, chunk: Vectors) -> None:
        """Learn that the next actions are meant to be `chunk` (T, 10)."""
        self._plan, self._following = list(chunk), False

    def step(self, action: Vectors) -> Vectors:
        """Let one step pass under `action` (10,) and, behind it, what was planned; return the frame after it (d,)."""
        meant = self._plan.pop(0) if self._plan else None
        # As on the robot, a chunk is sent once; again only where it is departed from.
        follows = self._following and meant is not None and np.array_equal(action, meant)
        return frame_vector(self._follow(None if follows else np.stack([action, *self._plan])), SPEC)

    def _follow(self, actions: Vectors | None) -> Observation:
        if actions is None:
            return self._environment.step(None)
        # No fingers open wider than they can, and a chunk that asks for it would stop the arm.
        actions[:, FINGERS] = np.clip(actions[:, FINGERS], *self._widths)
        self._following = True
        try:
            return self._environment.step(actions)
        except ActionError:
            # The robot's policy node refuses such a chunk, and the arm would wait in vain.
            self._refused = True
            return self._environment.step(None)


class BlockWorlds:
    """N worlds of the block task; a reward of 1 for each step after which the block is up and has been kept there.

    The gate stopping the arm ends an episode; success does not.
    """

    observation_size = SPEC.frame_dimension
    action_size = sum(entry.size for entry in ACTION_ENTRIES)

    def __init__(self, settings: BlockWorldsSettings, count: int) -> None:
        """Build `count` worlds."""
        self.count = count
        self.step_limit = round(settings.environment.time_limit * NANOSECONDS / STEP_NS)
        self._worlds = [BlockWorld(settings) for _ in range(count)]
        self._cameras: BlockCameras | None = None
        self._frames = np.zeros((count, self.observation_size), np.float32)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode of `seeds` (N,) in the worlds of `which` (N,); return all frames (N, d)."""
        for number in np.flatnonzero(which):
            self._frames[number] = self._worlds[number].reset(int(seeds[number]))
        return self._frames.copy()

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Learn which actions (N, T, a) are meant to come next, so that the arm moves on smoothly between them."""
        for number in np.flatnonzero(active):
            self._worlds[number].plan(chunks[number])

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass under raw `actions` (N, a) where `active` (N,); the other worlds stand still."""
        for number in np.flatnonzero(active):
            self._frames[number] = self._worlds[number].step(actions[number])
        succeeded = np.array([world.succeeded for world in self._worlds])
        stopped = np.array([world.stopped for world in self._worlds])
        return Happened(self._frames.copy(), succeeded.astype(np.float32), stopped, succeeded)

    def look(self, sight: Sight, which: Flags) -> Images:
        """Return what the twin's cameras see of the worlds of `which` (N,)."""
        if self._cameras is None or self._cameras.sight != sight:
            self.close()
            self._cameras = BlockCameras(self._worlds[0].simulation.model, sight)
        return self._cameras.draw([self._worlds[number].simulation.data.qpos for number in np.flatnonzero(which)])

    def close(self) -> None:
        """Let go of the cameras, if any were looked through."""
        if self._cameras is not None:
            self._cameras.close()
            self._cameras = None


def block_worlds(settings: BlockWorldsSettings, count: int, processes: int = 1) -> Worlds:
    """Return `count` worlds, stepped by `processes`."""
    if processes == 1:
        return BlockWorlds(settings, count)
    return ProcessWorlds(partial(BlockWorlds, settings), count, processes)
