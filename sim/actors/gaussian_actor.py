"""A Gaussian policy over whole chunks: the simplest that the paper compares with."""

import torch
from torch import Tensor

from sim.actors.likelihood import mean_clamped
from sim.actors.one_step import OneStepActor
from sim.diffusion.normal import entropy, log_density
from sim.networks.heads.distributions import Gaussian


class GaussianActor(OneStepActor[Gaussian]):
    """Draws every number of a chunk from a normal distribution of its own.

    The log density of each executed number is clamped, then the mean is taken, as for diffusion.
    """

    def drawn(self, said: Gaussian, generator: torch.Generator) -> Tensor:
        """Return a chunk (T_p, a) of each distribution."""
        return said.mean + said.deviation * self.noise(said.mean.shape, generator).to(said.mean)

    def best(self, said: Gaussian) -> Tensor:
        """Return the means."""
        return said.mean

    def likelihood(self, said: Gaussian, chunks: Tensor) -> Tensor:
        """Return (B,), the mean of the executed numbers' log densities, each clamped."""
        return mean_clamped(log_density(chunks, said.mean, said.deviation), self.executed_steps)

    def entropy(self, observations: Tensor) -> Tensor:
        """Return (B,), differentiable: the mean entropy of the executed numbers [nat], before draws are clamped."""
        return entropy(self.tuned(observations).deviation[:, : self.executed_steps]).mean((1, 2))
