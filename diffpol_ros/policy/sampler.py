"""From a raw observation vector and a noise draw to raw actions: normalise, denoise by DDIM, de-normalise."""

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.denoiser import Denoiser
from diffpol_ros.policy.manifest import Manifest
from diffpol_ros.policy.normalizer import Normalizer
from diffpol_ros.policy.scheduler import DdimScheduler

Vectors = NDArray[np.float32]


def denoise(denoiser: Denoiser, scheduler: DdimScheduler, noise: Vectors, observation: Vectors) -> Vectors:
    """Return the normalised chunks (B, T_p, 10) that `noise` becomes under normalised observations (B, n)."""
    sample = noise
    for level in scheduler.levels:
        output = denoiser.predict(sample, level.timestep, observation)
        sample = scheduler.step(level, output, sample)
    return sample


class Sampler:
    """One denoiser with the manifest's normalisation and schedule around it."""

    def __init__(self, manifest: Manifest, denoiser: Denoiser) -> None:
        """Prepare the factors once."""
        self._denoiser = denoiser
        self._scheduler = DdimScheduler(manifest.diffusion)
        self._observations = Normalizer(manifest.normalisation.observation, manifest.observation.history_steps)
        self._actions = Normalizer(manifest.normalisation.action)
        self._chunk = (manifest.action.predicted_steps, manifest.action.dimension)

    def noise(self, seed: int) -> Vectors:
        """Return the starting sample of `seed`, (1, T_p, 10)."""
        generator = np.random.Generator(np.random.PCG64(seed))
        return generator.standard_normal((1, *self._chunk), dtype=np.float32)

    def sample(self, observations: Vectors, noises: Vectors) -> Vectors:
        """Return raw actions (B, T_p, 10) for raw observation vectors (B, n) and starting samples (B, T_p, 10)."""
        normalised = self._observations.normalize(observations)
        return self._actions.denormalize(denoise(self._denoiser, self._scheduler, noises, normalised))
