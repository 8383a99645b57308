"""The moving average of weights."""

import pytest
import torch

from sim.train.ema import MovingAverage


def test_it_follows_a_constant_and_forgets_its_start():
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(network.weight, 0.0)
    average = MovingAverage(network, decay=0.9)
    torch.nn.init.constant_(network.weight, 1.0)
    expected = 0.0
    for step in range(200):
        average.update(network, step)
        expected += (1.0 - average.decay_at(step)) * (1.0 - expected)
        assert float(average.weights["weight"]) == pytest.approx(expected, abs=1e-5)
    assert float(average.weights["weight"]) == pytest.approx(1.0, abs=1e-3)


def test_decay_grows_to_its_limit():
    average = MovingAverage(torch.nn.Linear(1, 1), decay=0.999)
    decays = [average.decay_at(step) for step in range(0, 20_000, 100)]
    assert decays[0] == pytest.approx(0.1) and decays[-1] == 0.999 and decays == sorted(decays)


def test_it_does_not_share_memory_with_the_network():
    network = torch.nn.Linear(1, 1)
    average = MovingAverage(network, decay=0.5)
    before = average.weights["bias"].clone()
    torch.nn.init.constant_(network.bias, 9.0)
    assert torch.equal(average.weights["bias"], before)
