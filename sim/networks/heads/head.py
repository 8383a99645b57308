"""What actors and export ask of a head."""

from pathlib import Path

import torch
from torch import Tensor, nn

from sim.networks.heads.distributions import Gaussian, Mixture
from sim.networks.onnx_export import export_onnx


class Head(nn.Module):
    """Says what chunks (T_p, a) to expect under normalised observation vectors (B, observation_size)."""

    def __init__(self, predicted_steps: int, dimension: int, observation_size: int) -> None:
        """Say what goes in and out."""
        super().__init__()
        self.chunk_shape = (predicted_steps, dimension)
        self.observation_size = observation_size

    def best(self, observation: Tensor) -> Tensor:
        """Return the chunks (B, T_p, a) to execute where nothing is explored."""
        raise NotImplementedError

    def as_onnx(self, path: Path) -> None:
        """Write `best` as the network of a bundle of kind "direct": observation (B, n) -> output (B, T_p, a)."""
        example = torch.zeros(1, self.observation_size, device=next(self.parameters()).device)
        export_onnx(_Best(self), path, (example,), ["observation"], ["output"])


class GaussianHead(Head):
    """One normal distribution."""

    def forward(self, observation: Tensor) -> Gaussian:
        """Return the distribution; its mean is within [-1, 1], its deviation in the settings' range."""
        raise NotImplementedError

    def best(self, observation: Tensor) -> Tensor:
        """Return the mean."""
        return self(observation).mean


class MixtureHead(Head):
    """M normal distributions."""

    modes: int
    """M."""

    def forward(self, observation: Tensor) -> Mixture:
        """Return the distribution; its means are within [-1, 1], its deviations in the settings' range."""
        raise NotImplementedError

    def best(self, observation: Tensor) -> Tensor:
        """Return the mean of the heaviest mode."""
        return self(observation).likeliest_mean()


class _Best(nn.Module):
    """The part of a head that the robot runs."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(self, observation: Tensor) -> Tensor:
        return self.head.best(observation)
