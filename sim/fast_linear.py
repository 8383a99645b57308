"""Linear layers by oneDNN, where torch's own choice of library leaves half of the processor idle.

On processors of AMD with AVX-512 MKL, which torch asks for products of float32, does not use it; oneDNN, which comes
with torch too, does: about twice as fast from 16 rows on. Which library is asked depends on the machine alone, never
on a measurement, so that the same machine gives the same bits.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.overrides import TorchFunctionMode

FEWEST_ROWS = 16
PROCESSORS = Path("/proc/cpuinfo")


def fast_linear(device: torch.device | str = "cpu") -> AbstractContextManager[object]:
    """Return a context in which linear layers on `device` are done by whichever library is faster on this machine."""
    return _OneDnn() if torch.device(device).type == "cpu" and one_dnn_is_faster() else nullcontext()


@cache
def one_dnn_is_faster() -> bool:
    """Return whether this is a processor of AMD with AVX-512, and torch has oneDNN."""
    vendor = PROCESSORS.read_text(encoding="utf-8") if PROCESSORS.exists() else ""
    return (
        "AuthenticAMD" in vendor
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


class OneDnnLinear(torch.autograd.Function):
    """x W^T + b on matrices, and its gradients, by oneDNN."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Return (B, outputs) of x (B, inputs)."""
        ctx.save_for_backward(x, weight)
        return _product(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Return the gradients of x, weight and bias, where they are needed."""
        (gradient,), (x, weight) = gradients, ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        return (
            _product(gradient, weight.t(), None) if of_x else None,
            _product(gradient.t(), x.t(), None) if of_weight else None,
            gradient.sum(0) if of_bias else None,
        )


class _OneDnn(TorchFunctionMode):
    """Takes over linear layers that oneDNN does sooner."""

    def __torch_function__(
        self, func: Callable, types: Iterable[type], args: tuple = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Do a linear layer, or what else was asked."""
        if func is not linear or kwargs or not _suits(*args[:2]):
            return func(*args, **(kwargs or {}))
        if torch.is_grad_enabled():
            return OneDnnLinear.apply(*args)
        return _product(*args)


def _suits(x: Tensor, weight: Tensor) -> bool:
    return (
        x.dim() == 2
        and len(x) >= FEWEST_ROWS
        and x.dtype == weight.dtype == torch.float32
        and x.device.type == weight.device.type == "cpu"
    )


def _product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
