"""Minibatches of pairs."""

from collections.abc import Callable, Iterator

import pytest
import torch

from sim.rollouts.batches import chunk_batches, pair_batches


@pytest.mark.parametrize(("batches", "size", "pairs"), [(pair_batches, 12, 12), (chunk_batches, 4, 12)])
def test_an_epoch_meets_each_pair_once_at_most(batches: Callable[..., Iterator[torch.Tensor]], size: int, pairs: int):
    found = list(batches(10, 3, size, torch.Generator().manual_seed(0)))
    everything = torch.cat(found)
    assert [len(batch) for batch in found] == [pairs] * 2
    assert len(everything.unique()) == len(everything) and int(everything.max()) < 30


def test_a_batch_larger_than_the_epoch_is_the_epoch():
    for batches in (pair_batches, chunk_batches):
        (only,) = batches(5, 4, 1000, torch.Generator().manual_seed(0))
        assert torch.equal(only, torch.arange(20))


def test_batches_of_chunks_hold_every_step_of_each():
    for batch in chunk_batches(6, 5, 2, torch.Generator().manual_seed(1)):
        assert torch.equal((batch % 5).view(2, 5), torch.arange(5).expand(2, 5))
        assert bool(((batch // 5).view(2, 5) == (batch // 5).view(2, 5)[:, :1]).all())


def test_each_epoch_is_shuffled_anew_and_the_same_for_a_seed():
    one, other = (
        [batch.tolist() for _ in range(2) for batch in pair_batches(40, 2, 20, generator)]
        for generator in (torch.Generator().manual_seed(3), torch.Generator().manual_seed(3))
    )
    assert one == other and one[:4] != one[4:]
