"""Rewards in units of how much discounted returns vary, so that one learning rate suits tasks of any scale."""

from typing import Any

import torch
from torch import Tensor

DISCOUNT = 0.99
BOUND = 10.0
LEAST_VARIANCE = 1e-8


class RewardScale:
    """Divides by the standard deviation of all running discounted returns so far; no mean is taken off.

    The return runs forward, G_t = r_t + 0.99 G_{t-1}, and begins anew with each episode. Its discount is fixed, as the
    paper has it, whatever the algorithm's own.
    """

    def __init__(self, worlds: int) -> None:
        """Begin with nothing seen in `worlds` (N)."""
        self._running = torch.zeros(worlds, dtype=torch.float64)
        self._count, self._mean, self._squares = 0, 0.0, 0.0

    @property
    def deviation(self) -> float:
        """Return what rewards are divided by; 1 before any was seen."""
        if not self._count:
            return 1.0
        return (self._squares / self._count + LEAST_VARIANCE) ** 0.5

    def scale(self, rewards: Tensor, first: Tensor) -> Tensor:
        """Take note of rewards (T, N), `first` (T, N) where an episode begins, and return them scaled, within +-10."""
        returns = torch.empty(rewards.shape, dtype=torch.float64)
        for chunk, (reward, begins) in enumerate(zip(rewards.cpu(), first.cpu(), strict=True)):
            self._running.mul_(DISCOUNT).masked_fill_(begins, 0.0).add_(reward)
            returns[chunk] = self._running
        self._merge(len(returns.flatten()), float(returns.mean()), float(returns.var(unbiased=False)))
        return (rewards / self.deviation).clamp_(-BOUND, BOUND)

    def state(self) -> dict[str, Any]:
        """Return everything for a checkpoint."""
        return {"running": self._running, "count": self._count, "mean": self._mean, "squares": self._squares}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._running.copy_(state["running"])
        self._count, self._mean, self._squares = state["count"], state["mean"], state["squares"]

    def _merge(self, count: int, mean: float, variance: float) -> None:
        """Join the moments of new returns to those of all before (Chan et al. 1979)."""
        total, apart = self._count + count, mean - self._mean
        self._squares += variance * count + apart * apart * self._count * count / total
        self._mean += apart * count / total
        self._count = total
