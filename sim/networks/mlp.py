"""Layers on vectors: plain and residual. Tensors are (B, size)."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from sim.networks.activation import Activation, activation_module


class ResidualBlock(nn.Module):
    """x + L2(act(L1(act(x))))."""

    def __init__(self, width: int, activation: nn.Module) -> None:
        """Two layers of `width`."""
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Add what the two layers say."""
        return x + self.second(self.activation(self.first(self.activation(x))))


class ResidualMlp(nn.Module):
    """Linear, pre-activation residual blocks, Linear: no activation before the last layer, as in DPPO's reference.

    There the same network is written as widths: [512, 512, 512] is `hidden` 512 with one block of two layers.
    """

    def __init__(self, inputs: int, outputs: int, hidden: int, blocks: int, activation: Activation = "mish") -> None:
        """Map (B, inputs) to (B, outputs)."""
        super().__init__()
        shared = activation_module(activation)
        body = [ResidualBlock(hidden, shared) for _ in range(blocks)]
        self.layers = nn.Sequential(nn.Linear(inputs, hidden), *body, nn.Linear(hidden, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Run the layers."""
        return self.layers(x)


def plain_mlp(widths: Sequence[int], activation: Activation = "mish") -> nn.Sequential:
    """Return Linears from each of `widths` to the next, with activations between and none at the end."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), activation_module(activation)]
    return nn.Sequential(*layers[:-1])
