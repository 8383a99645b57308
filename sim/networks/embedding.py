"""How a denoising step enters a network."""

import math

import torch
from torch import Tensor, nn

from sim.errors import NetworkError


class SinusoidalEmbedding(nn.Module):
    """Sines and cosines of the step at geometrically spaced frequencies, (B,) -> (B, size)."""

    frequencies: Tensor

    def __init__(self, size: int) -> None:
        """Give `size` numbers (even, at least 4) for a step."""
        super().__init__()
        check_embedding(size)
        half = size // 2
        exponents = torch.arange(half, dtype=torch.float32) / (half - 1)
        self.register_buffer("frequencies", torch.exp(-math.log(10_000.0) * exponents), persistent=False)

    def forward(self, step: Tensor) -> Tensor:
        """Embed integer steps."""
        angles = step.to(torch.float32)[:, None] * self.frequencies
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


def step_encoder(size: int, widening: int = 2) -> nn.Sequential:
    """Return the embedding and a small network: sinusoid -> Linear, `widening` times as wide -> Mish -> Linear."""
    wide = widening * size
    return nn.Sequential(SinusoidalEmbedding(size), nn.Linear(size, wide), nn.Mish(), nn.Linear(wide, size))


def check_embedding(size: int) -> None:
    """Refuse a size that has no sine for every cosine, or no two frequencies."""
    if size < 4 or size % 2:
        raise NetworkError(f"embedding size is {size}, expected an even number of 4 or more")
