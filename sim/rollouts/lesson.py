"""What a roll-out teaches."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Lesson:
    """S chunks, each with what it was worth.

    observations: (S, n). chains: (S, L + 1, T_p, a). likelihoods: (S, L), as they were when it was collected. values,
    advantages, returns: (S,), what the critic expected, how much better it went, and what it should have expected.
    """

    observations: Tensor
    chains: Tensor
    likelihoods: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
