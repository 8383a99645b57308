"""How good a state is, or a chunk in a state."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from sim.networks.activation import Activation
from sim.networks.checks import require_positive
from sim.networks.mlp import ResidualMlp
from sim.networks.onnx_export import export_onnx


@dataclass(frozen=True)
class CriticSettings:
    """A residual MLP with one output."""

    hidden: int = 256
    """Width of every layer; DPPO's furniture tasks have 512."""
    blocks: int = 1
    """Residual blocks of two layers each."""
    activation: Activation = "mish"
    """What stands between layers."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("critic", hidden=self.hidden, blocks=self.blocks)


class Critic(nn.Module):
    """The value of a state, whatever is done next: DPPO's advantage needs no more."""

    def __init__(self, observation_size: int, settings: CriticSettings | None = None) -> None:
        """Judge observation vectors of `observation_size` numbers."""
        super().__init__()
        self.observation_size = observation_size
        self.body = _body(observation_size, settings or CriticSettings())

    def forward(self, observation: Tensor) -> Tensor:
        """Return the values (B,) of normalised observations (B, n).

        One dimension, as returns have: beside (B, 1) a loss would broadcast to (B, B), and the critic learn a mean.
        """
        return self.body(observation).squeeze(-1)

    def as_onnx(self, path: Path) -> None:
        """Write observation (B, n) -> value (B,), for whoever looks at a critic: no bundle holds one."""
        example = torch.zeros(1, self.observation_size, device=next(self.parameters()).device)
        export_onnx(self, path, (example,), ["observation"], ["value"])


class DoubleCritic(nn.Module):
    """Two values of a chunk in a state, from networks that share nothing; the smaller one errs less often upwards."""

    def __init__(
        self, predicted_steps: int, dimension: int, observation_size: int, settings: CriticSettings | None = None
    ) -> None:
        """Judge chunks of `predicted_steps` x `dimension`."""
        super().__init__()
        size, settings = observation_size + predicted_steps * dimension, settings or CriticSettings()
        self.chunk_shape, self.observation_size = (predicted_steps, dimension), observation_size
        self.first, self.second = _body(size, settings), _body(size, settings)

    def forward(self, observation: Tensor, chunk: Tensor) -> Tensor:
        """Return the values (B, 2) of chunks (B, T_p, a) under observations (B, n)."""
        inputs = torch.cat([observation, chunk.flatten(1)], dim=-1)
        return torch.cat([self.first(inputs), self.second(inputs)], dim=-1)

    def as_onnx(self, path: Path) -> None:
        """Write observation (B, n) and chunk (B, T_p, a) -> values (B, 2)."""
        device = next(self.parameters()).device
        shapes = (1, self.observation_size), (1, *self.chunk_shape)
        example = tuple(torch.zeros(shape, device=device) for shape in shapes)
        export_onnx(self, path, example, ["observation", "chunk"], ["values"])


def _body(inputs: int, settings: CriticSettings) -> ResidualMlp:
    return ResidualMlp(inputs, 1, settings.hidden, settings.blocks, settings.activation)
