"""How DPPO turns the densities of a chunk's numbers into one number."""

from torch import Tensor

LOWEST, HIGHEST = -5.0, 2.0
"""What a log-likelihood is clamped to, so that a single number cannot decide a ratio."""


def mean_clamped(densities: Tensor, executed_steps: int) -> Tensor:
    """Return (B,): the mean of log densities (B, T_p, a), each clamped, over the first `executed_steps` time steps."""
    return densities[:, :executed_steps].clamp(LOWEST, HIGHEST).mean((1, 2))
