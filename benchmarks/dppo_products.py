"""How much of an iteration of DPPO goes to products of matrices, which either side has to do.

Forward, a linear layer multiplies what it sees by its weights; backward, it needs a product for the gradient of the
weights, and one for that of what it saw unless that is the input of the whole. They are counted in a short iteration
and timed by themselves, one thread, in the shapes that they have there.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sim.fast_linear import fast_linear

SHORTEST_S = 0.05


@dataclass(frozen=True)
class Kind:
    """Products of one layer's shape: (rows, inputs) with (outputs, inputs); rows up to the next power of two."""

    what: str
    inputs: int
    outputs: int
    scale: int


@dataclass
class Counted:
    """How often a kind was done, and of how many rows altogether."""

    times: int = 0
    rows: int = 0


Counts = dict[Kind, Counted]


@contextmanager
def counted_products() -> Iterator[Counts]:
    """Count the products of every linear layer that is called within."""
    counts: Counts = defaultdict(Counted)

    def note(layer: nn.Module, arguments: tuple[Any, ...], _: Any) -> None:
        if not isinstance(layer, nn.Linear):
            return
        seen: Tensor = arguments[0]
        whats = ["result"]
        if torch.is_grad_enabled() and layer.weight.requires_grad:
            whats += ["weights"] + ["seen"] * seen.requires_grad
        rows = seen.numel() // layer.in_features
        for what in whats:
            counted = counts[Kind(what, layer.in_features, layer.out_features, rows.bit_length())]
            counted.times += 1
            counted.rows += rows

    handle = nn.modules.module.register_module_forward_hook(note)
    try:
        yield counts
    finally:
        handle.remove()


def seconds_of(counts: Counts) -> float:
    """Return the CPU seconds of all of them on this machine, by the library that `fast_linear` chooses."""
    with fast_linear(), torch.no_grad():
        return sum(counted.times * _once(kind, counted.rows // counted.times) for kind, counted in counts.items())


def operations_of(counts: Counts) -> float:
    """Return the multiplications and additions of all of them."""
    return sum(2.0 * counted.rows * kind.inputs * kind.outputs for kind, counted in counts.items())


def _once(kind: Kind, rows: int) -> float:
    seen, weights = torch.randn(rows, kind.inputs), torch.randn(kind.outputs, kind.inputs)
    gradient = torch.randn(rows, kind.outputs)
    calls = {
        "result": lambda: nn.functional.linear(seen, weights),
        "weights": lambda: nn.functional.linear(gradient.t(), seen.t()),
        "seen": lambda: nn.functional.linear(gradient, weights.t()),
    }
    call, done = calls[kind.what], 0
    call()
    began = time.process_time()
    while (taken := time.process_time() - began) < SHORTEST_S:
        call()
        done += 1
    return taken / done
