"""Exponential moving averages of weights: what is used, evaluated and shipped instead of the last weights."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class AverageSettings:
    """What is kept of the average at an update."""

    decay: float = 0.999
    """Kept in the long run."""
    schedule: Literal["rising", "power", "delayed"] = "rising"
    """Until then. rising: (1 + n) / (10 + n) at update n, counted from 0. power: 1 - (1 + n / inverse_gamma) ^ -power,
    as Diffusion Policy has it. delayed: nothing before pass `begin_pass` over the data, as DPPO has it."""
    inverse_gamma: float = 1.0
    """Of schedule power."""
    power: float = 0.75
    """Of schedule power."""
    begin_pass: int = 20
    """Of schedule delayed: before this pass over the data, counted from 1, the average is a plain copy."""
    every: int = 1
    """Updates between two changes of the average; DPPO has 10."""

    def __post_init__(self) -> None:
        """Refuse what keeps more than all, or nothing ever."""
        if not 0.0 <= self.decay <= 1.0 or self.every < 1 or self.inverse_gamma <= 0.0:
            raise ValueError(
                f"average: decay is {self.decay}, every {self.every}, inverse_gamma {self.inverse_gamma}; "
                "expected 0 <= decay <= 1, every >= 1, inverse_gamma > 0"
            )

    def kept(self, step: int, passes: int) -> float | None:
        """Return the share kept at update `step`, after so many whole `passes`; None: the average is left alone."""
        if step % self.every:
            return None
        if self.schedule == "delayed":
            return 0.0 if passes + 1 < self.begin_pass else self.decay
        if self.schedule == "rising":
            return min(self.decay, (1.0 + step) / (10.0 + step))
        rising = 1.0 - (1.0 + max(0, step - 1) / self.inverse_gamma) ** -self.power
        return min(self.decay, rising)


class MovingAverage:
    """Follows a network's parameters; its buffers are copied."""

    def __init__(self, network: nn.Module, settings: AverageSettings) -> None:
        """Begin with the present weights of `network`."""
        self.settings = settings
        self.weights = {name: value.detach().clone() for name, value in network.state_dict().items()}
        names = [name for name, _ in network.named_parameters()]
        self._averaged = [self.weights[name] for name in names]
        self._followed = [parameter.detach() for parameter in network.parameters()]
        self._copied = [
            (self.weights[name], value) for name, value in network.state_dict().items() if name not in names
        ]

    @torch.no_grad()
    def update(self, step: int, passes: int = 0) -> None:
        """Take over a little of the network's weights, after update `step` (from 0), `passes` passes being over."""
        kept = self.settings.kept(step, passes)
        if kept is None:
            return
        torch._foreach_lerp_(self._averaged, self._followed, 1.0 - kept)
        for mine, theirs in self._copied:
            mine.copy_(theirs)

    @torch.no_grad()
    def load(self, weights: dict[str, Tensor]) -> None:
        """Go on from `weights`, those of the same network."""
        for name, value in self.weights.items():
            value.copy_(weights[name])
