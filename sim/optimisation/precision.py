"""In how many bits a network computes."""

from contextlib import AbstractContextManager
from typing import Any, Literal

import torch
from torch import Tensor, nn

from sim.fast_linear import fast_linear

Precision = Literal["float32", "bfloat16", "float16"]
TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class MixedPrecision:
    """Forward passes in fewer bits where they bear it; weights, gradients and optimiser stay in 32.

    float16 scales losses so that small gradients survive, and needs CUDA; a step whose gradients overflow is left out.
    """

    def __init__(self, precision: Precision, device: torch.device) -> None:
        """Compute in `precision` on `device`."""
        if precision == "float16" and device.type != "cuda":
            raise ValueError(f"precision float16 needs CUDA, the device is {device.type}: choose bfloat16")
        self._precision, self._device = precision, device
        self._scaler = torch.amp.GradScaler(device.type, enabled=precision == "float16")

    def forward(self) -> AbstractContextManager[object]:
        """Return a context for forward passes; in 32 bits, linear layers are done by the faster library."""
        if self._precision == "float32":
            return fast_linear(self._device)
        return torch.autocast(self._device.type, dtype=TYPES[self._precision])

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of `loss`."""
        self._scaler.scale(loss).backward()

    def step(self, optimiser: torch.optim.Optimizer, network: nn.Module, greatest_norm: float | None) -> None:
        """Do a step of `optimiser`, with gradients shortened to `greatest_norm` altogether."""
        if greatest_norm is not None:
            self._scaler.unscale_(optimiser)
            nn.utils.clip_grad_norm_(network.parameters(), greatest_norm)
        self._scaler.step(optimiser)
        self._scaler.update()

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return self._scaler.state_dict()

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._scaler.load_state_dict(state)
