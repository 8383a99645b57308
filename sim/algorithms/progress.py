"""What the gradient steps of one iteration did, for people and for stopping."""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class StepSums:
    """Sums over the micro-batches of one gradient step; on the device, so that nothing waits for them."""

    policy_loss: Tensor
    divergence: Tensor
    clipped: Tensor
    ratio: Tensor
    value_loss: Tensor

    @classmethod
    def nothing(cls, device: torch.device) -> "StepSums":
        """Return zeros."""
        return cls(*torch.zeros((5,), device=device))

    @torch.no_grad()
    def add_policy(self, losses: Tensor, log_ratios: Tensor, ranges: Tensor, share: float) -> None:
        """Add pairs (B,), each a `share` of the minibatch."""
        ratios = log_ratios.exp()
        self.policy_loss += share * losses.sum()
        self.divergence += share * (ratios - 1.0 - log_ratios).sum()
        self.clipped += share * ((ratios - 1.0).abs() > ranges).sum()
        self.ratio += share * ratios.sum()


@dataclass
class Progress:
    """Means over gradient steps; divergence: of the last one, estimated as mean(ratio - 1 - log ratio)."""

    explained_variance: float
    gradient_steps: int = 0
    policy_loss: float = 0.0
    value_loss: float = 0.0
    divergence: float = 0.0
    clipped: float = 0.0
    ratio: float = 0.0
    stopped: bool = field(default=False)

    @classmethod
    def of(cls, values: Tensor, returns: Tensor) -> "Progress":
        """Begin with how much of the returns' variance the critic knew beforehand."""
        variance = float(returns.var(unbiased=False))
        return cls(1.0 - float((returns - values).var(unbiased=False)) / variance if variance > 0.0 else 0.0)

    def note(self, sums: StepSums) -> None:
        """Take note of one gradient step."""
        self.gradient_steps += 1
        self.divergence = float(sums.divergence)
        for name in ("policy_loss", "value_loss", "clipped", "ratio"):
            before = getattr(self, name)
            setattr(self, name, before + (float(getattr(sums, name)) - before) / self.gradient_steps)
