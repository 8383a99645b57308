"""The sampler's steps as random transitions, for batches in which every row is at a step of its own."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from diffpol_ros.policy.diffusion.steps import Step
from sim.diffusion.normal import log_density
from sim.diffusion.persistence import renewed


class Transitions(nn.Module):
    """S steps, each a normal distribution of the next chunk; what the network says of a chunk decides the mean.

    Chunks are (B, T_p, a). `index` (B,) int64 in 0 .. S - 1 says which step each row is at, 0 is the noisiest.
    """

    factors: Tensor
    deviations: Tensor
    shares: Tensor

    def __init__(self, steps: Sequence[Step], clip: float | None, persistence: float = 0.0) -> None:
        """Tabulate `steps`, of which every one has a deviation; `clip` bounds the predicted clean chunk.

        The noise of the last step lasts from action to action by `persistence`.
        """
        super().__init__()
        if any(step.deviation <= 0.0 for step in steps):
            raise ValueError("a step without noise has no density: give the sampler a floor of its deviations")
        rows = [
            (step.clean_of_sample, step.clean_of_output, step.next_of_sample, step.next_of_output, step.next_of_clean)
            for step in steps
        ]
        self.register_buffer("factors", torch.tensor(rows, dtype=torch.float64), persistent=False)
        deviations = torch.tensor([step.deviation for step in steps], dtype=torch.float64)
        self.register_buffer("deviations", deviations, persistent=False)
        shares = torch.zeros(len(steps), dtype=torch.float64)
        shares[-1] = persistence
        self.register_buffer("shares", shares, persistent=False)
        self._lasts = persistence > 0.0
        self.clip = clip

    def mean(self, before: Tensor, output: Tensor, index: Tensor) -> Tensor:
        """Return the mean of the next chunk after `before`, of which the network said `output`."""
        rows = self.factors.to(before.dtype)[index, :, None, None]
        clean_of_sample, clean_of_output, of_sample, of_output, of_clean = rows.unbind(1)
        clean = clean_of_sample * before + clean_of_output * output
        if self.clip is not None:
            clean = clean.clamp(-self.clip, self.clip)
        return of_sample * before + of_output * output + of_clean * clean

    def log_density(self, before: Tensor, output: Tensor, after: Tensor, index: Tensor) -> Tensor:
        """Return the log density of each number of `after`, (B, T_p, a); of lasting noise, that of what is new in it.

        That differs from the density of the number itself, under those before it, by a constant.
        """
        deviation, mean = self.deviations.to(before.dtype)[index, None, None], self.mean(before, output, index)
        if not self._lasts:
            return log_density(after, mean, deviation)
        new = renewed(after - mean, self.shares.to(before.dtype)[index])
        return log_density(new, torch.zeros_like(new), deviation)
