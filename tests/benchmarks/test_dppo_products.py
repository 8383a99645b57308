"""Products are counted as a linear layer does them: forward, and backward only what somebody asks for."""

import torch
from torch import nn

from benchmarks.dppo_products import Counts, counted_products, operations_of, seconds_of

ROWS = 5


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def told(counts: Counts) -> dict[tuple[str, int], tuple[int, int]]:
    return {(kind.what, kind.inputs): (counted.times, counted.rows) for kind, counted in counts.items()}


def test_the_first_layer_needs_no_gradient_of_what_it_saw():
    with counted_products() as counts:
        network()(torch.zeros(ROWS, 3))
    once = (1, ROWS)
    first, second = {("result", 3): once, ("weights", 3): once}, {("result", 4): once, ("weights", 4): once}
    assert told(counts) == {**first, **second, ("seen", 4): once}
    assert operations_of(counts) == 2 * ROWS * (2 * 3 * 4 + 3 * 4 * 2)
    assert seconds_of(counts) > 0.0


def test_nothing_goes_backward_where_no_gradient_is_kept():
    layers = network()
    with counted_products() as counts, torch.no_grad():
        layers(torch.zeros(ROWS, 3))
        layers(torch.zeros(ROWS, 3))
    assert told(counts) == {("result", 3): (2, 2 * ROWS), ("result", 4): (2, 2 * ROWS)}


def test_what_comes_later_is_not_counted():
    with counted_products() as counts:
        pass
    network()(torch.zeros(ROWS, 3))
    assert not counts
