"""DDIM over the manifest's noise schedule; in float64 it agrees with diffusers' DDIMScheduler.

Its settings there: timestep_spacing="leading", steps_offset=0, set_alpha_to_one=True, clip_sample=True, eta=0.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.diffusion import Diffusion

Samples = NDArray[Any]


@dataclass(frozen=True)
class Level:
    """The factors of one DDIM step, from abar (here) and abar_previous (where it leads, less noisy)."""

    timestep: int
    signal: float
    noise: float
    next_signal: float
    next_noise: float


class DdimScheduler:
    """The S steps of a sampler, noisiest first; each keeps the floating type it is given."""

    def __init__(self, diffusion: Diffusion) -> None:
        """Compute every factor once, in double precision."""
        self._diffusion = diffusion
        self.levels = _levels(diffusion)

    @property
    def timesteps(self) -> tuple[int, ...]:
        """Return the training levels visited, noisiest first."""
        return tuple(level.timestep for level in self.levels)

    def step(self, level: Level, output: Samples, sample: Samples) -> Samples:
        """Return the less noisy sample that follows `sample`, given the network's `output` for it."""
        if self._diffusion.prediction == "epsilon":
            clean, epsilon = (sample - level.noise * output) / level.signal, output
        else:
            clean, epsilon = output, (sample - level.signal * output) / level.noise
        clean = np.minimum(np.maximum(clean, -self._diffusion.clip), self._diffusion.clip)
        if self._diffusion.recompute_epsilon:
            epsilon = (sample - level.signal * clean) / level.noise
        return level.next_signal * clean + level.next_noise * epsilon


def _levels(diffusion: Diffusion) -> tuple[Level, ...]:
    clean_share = diffusion.levels()
    stride = diffusion.train_steps // diffusion.inference_steps
    visited = [index * stride for index in reversed(range(diffusion.inference_steps))]
    return tuple(
        _level(timestep, clean_share[timestep], clean_share[timestep - stride] if timestep >= stride else 1.0)
        for timestep in visited
    )


def _level(timestep: int, here: float, following: float) -> Level:
    return Level(timestep, math.sqrt(here), math.sqrt(1.0 - here), math.sqrt(following), math.sqrt(1.0 - following))
