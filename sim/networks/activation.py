"""Activations by the names that settings use."""

from typing import Literal

from torch import nn

Activation = Literal["mish", "relu"]
_MODULES: dict[Activation, type[nn.Module]] = {"mish": nn.Mish, "relu": nn.ReLU}


def activation_module(name: Activation) -> nn.Module:
    """Return the activation called `name`."""
    return _MODULES[name]()
