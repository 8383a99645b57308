"""What a head says of a chunk, all normalised."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal distribution over chunks, independent in every number: mean and deviation (B, T_p, a)."""

    mean: Tensor
    deviation: Tensor


@dataclass(frozen=True, eq=False)
class Mixture:
    """M normal distributions over chunks: means and deviations (B, M, T_p, a), unnormalised log weights (B, M)."""

    means: Tensor
    deviations: Tensor
    logits: Tensor

    def likeliest_mean(self) -> Tensor:
        """Return the mean (B, T_p, a) of each row's heaviest mode."""
        best = self.logits.argmax(dim=1)[:, None, None, None]
        return self.means.gather(1, best.expand_as(self.means[:, :1])).squeeze(1)
