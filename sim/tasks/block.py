"""Lift the tagged block: the twin's task, with the numbers that the robot's policy sees and says."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.manifest.specs import ACTION_ENTRIES, Limits, VectorEntry
from sim.envs.block import BLOCK as BLOCK_NAME
from sim.envs.block import BlockLiftSettings
from sim.envs.block_fast.worlds import FastBlockWorlds
from sim.envs.block_numbers import SPEC
from sim.envs.block_potential import block_potential
from sim.envs.block_pushes import pushed_chunks
from sim.envs.block_views import block_views
from sim.envs.block_worlds import BlockWorldsSettings, block_worlds
from sim.envs.dynamics import DynamicsRanges
from sim.envs.noise import DEFAULT, PoseSensor, load_complete
from sim.envs.randomisation import RandomisationSettings, RandomisedWorlds
from sim.envs.worlds import Vectors, Worlds
from sim.errors import SimulationError

AXES = {"m": ("x", "y", "z"), "rot6d": ("xx", "yx", "zx", "xy", "yy", "zy")}
"""Of a position; and of a rotation matrix's first two columns, row and column."""
HAND = ((0.28, 0.72), (-0.31, 0.31), (0.025, 0.6)), ((-1.0, 1.0),) * 6, ((0.0, 0.08),)
BLOCK = ((0.28, 0.72), (-0.31, 0.31), (0.02, 0.6)), ((-1.0, 1.0),) * 6


@dataclass(frozen=True)
class BlockTask:
    """Lift the tagged block and keep it up."""

    name: str = "block"
    rate_hz: float = 10.0
    environment: BlockLiftSettings = field(default_factory=BlockLiftSettings)

    @property
    def frame_names(self) -> tuple[str, ...]:
        """The hand's pose, the fingers' distance, the block's pose."""
        return number_names(SPEC.entries)

    @property
    def action_names(self) -> tuple[str, ...]:
        """The hand's pose and the fingers' distance, to be reached at the end of the step."""
        return number_names(ACTION_ENTRIES)

    @property
    def frame_size(self) -> int:
        """Numbers of a frame, d."""
        return len(self.frame_names)

    @property
    def action_size(self) -> int:
        """Numbers of an action, a."""
        return len(self.action_names)

    @property
    def frame_limits(self) -> Limits:
        """Where hand and block commonly are."""
        return _limits(*HAND, *BLOCK)

    @property
    def action_limits(self) -> Limits:
        """Where the hand may be sent."""
        return _limits(*HAND)

    def worlds(self, count: int, randomisation: RandomisationSettings | None = None, *, workers: int = 1) -> Worlds:
        """Return `count` worlds, stepped by `workers` processes."""
        if randomisation is None:
            return block_worlds(BlockWorldsSettings(self.environment), count, workers)
        worlds = block_worlds(self._randomised(randomisation), count, workers)
        rest = replace(randomisation, estimator_noise="", most_action_delay=0, dynamics=DynamicsRanges())
        return RandomisedWorlds(worlds, rest, self.frame_limits, self.action_limits)

    def fast_worlds(self, count: int, *, workers: int = 1) -> FastBlockWorlds:
        """Return `count` worlds that MuJoCo steps together in `workers` threads."""
        if self.environment.noise is not None or self.environment.latency:
            raise SimulationError("fast worlds of the block know no noise of cameras and no latency")
        return FastBlockWorlds(self.environment, count, workers)

    def potential(self, frames: Vectors) -> NDArray[np.float64]:
        """Return how near to lifting the block each frame (N, d) is (N,)."""
        return block_potential(frames)

    def views(self, frames: Vectors, count: int, random: np.random.Generator) -> Vectors:
        """Return the exact `frames` (T, d) of an episode as cameras might have seen them (count, T, d)."""
        noise = load_complete(DEFAULT)
        return block_views(frames, [PoseSensor(BLOCK_NAME, noise) for _ in range(count)], random)

    def pushed(self, chunks: Vectors, frames: Vectors, random: np.random.Generator) -> Vectors:
        """Return what the hands do in place of `chunks` (N, T, 10): some are sent beside where they were to go."""
        return pushed_chunks(chunks, frames, random)

    def _randomised(self, randomisation: RandomisationSettings) -> BlockWorldsSettings:
        environment, noise = self.environment, randomisation.estimator_noise
        if noise:
            environment = replace(environment, noise=load_complete(noise))
        return BlockWorldsSettings(environment, randomisation.dynamics, randomisation.most_action_delay)


def number_names(entries: Iterable[VectorEntry]) -> tuple[str, ...]:
    """Return a name for each number of a vector."""
    return tuple(
        f"{entry.name}.{axis}" if entry.size > 1 else entry.name
        for entry in entries
        for axis in AXES[entry.unit][: entry.size]
    )


def _limits(*groups: tuple[tuple[float, float], ...]) -> Limits:
    pairs = [pair for group in groups for pair in group]
    return Limits(tuple(low for low, _ in pairs), tuple(high for _, high in pairs))


BLOCK_LIFT = BlockTask()
