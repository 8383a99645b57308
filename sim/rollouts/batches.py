"""Minibatches of pairs (chunk, random step), numbered chunk * L + step."""

from collections.abc import Iterator

import torch
from torch import Tensor


def pair_batches(chunks: int, steps: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield minibatches (B,) of `size` of the chunks * L pairs, shuffled; a rest is dropped, unless it is all.

    Within a minibatch they are in order: what belongs to one chunk, or lies together in memory, stays together.
    """
    for batch in _batches(chunks * steps, size, generator):
        yield batch.sort().values


def chunk_batches(chunks: int, steps: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield minibatches of `size` chunks, each with all of its L steps: (size * L,) pairs, in order."""
    for batch in _batches(chunks, size, generator):
        yield (batch.sort().values[:, None] * steps + torch.arange(steps)).flatten()


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    order = torch.randperm(count, generator=generator)
    for number in range(max(1, count // size)):
        yield order[number * size : (number + 1) * size]
