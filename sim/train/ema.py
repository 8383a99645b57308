"""An exponential moving average of weights."""

import torch
from torch import nn


class MovingAverage:
    """Follows a network; early on it forgets faster, so that the start does not linger."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Begin with the present weights of `network`; `decay` is what is kept a step in the long run."""
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in network.state_dict().items()}

    def decay_at(self, step: int) -> float:
        """Return what is kept at update `step`, counted from 0."""
        return min(self.decay, (1.0 + step) / (10.0 + step))

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take over a little of the network's weights."""
        share = 1.0 - self.decay_at(step)
        for name, value in network.state_dict().items():
            self.weights[name].lerp_(value, share)
