"""How a denoising step enters a network."""

import math

import torch
from torch import Tensor, nn


class SinusoidalEmbedding(nn.Module):
    """Sines and cosines of the step at geometrically spaced frequencies, (B,) -> (B, size)."""

    frequencies: Tensor

    def __init__(self, size: int) -> None:
        """Give `size` numbers (even, at least 4) for a step."""
        super().__init__()
        if size < 4 or size % 2:
            raise ValueError(f"embedding size is {size}, expected an even number of 4 or more")
        half = size // 2
        exponents = torch.arange(half, dtype=torch.float32) / (half - 1)
        self.register_buffer("frequencies", torch.exp(-math.log(10_000.0) * exponents), persistent=False)

    def forward(self, step: Tensor) -> Tensor:
        """Embed integer steps."""
        angles = step.to(torch.float32)[:, None] * self.frequencies
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


def step_encoder(size: int) -> nn.Sequential:
    """Return the embedding followed by a small network: sinusoid -> Linear 2x -> Mish -> Linear."""
    return nn.Sequential(SinusoidalEmbedding(size), nn.Linear(size, 2 * size), nn.Mish(), nn.Linear(2 * size, size))
