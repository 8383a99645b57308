"""Linear layers by oneDNN are linear layers."""

import pytest
import torch
from torch.nn.functional import linear

from sim.fast_linear import OneDnnLinear, _OneDnn, fast_linear

pytestmark = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch was built without oneDNN")


@pytest.mark.parametrize("rows", [1, 16, 300])
@pytest.mark.parametrize("biased", [True, False])
def test_outputs_and_gradients_are_those_of_torch(rows: int, biased: bool):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(rows, 33), torch.randn(20, 33), torch.randn(20) if biased else None
    direction = torch.randn(rows, 20)
    found = []
    for layer in (linear, OneDnnLinear.apply):
        leaves = [one.clone().requires_grad_() if one is not None else None for one in (x, weight, bias)]
        output = layer(*leaves)
        (output * direction).sum().backward()
        found.append([output.detach(), *(one.grad for one in leaves if one is not None)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-4)


def test_what_one_dnn_does_not_suit_is_left_to_torch():
    network = torch.nn.Linear(5, 3)
    with _OneDnn():
        assert torch.equal(network(torch.ones(2, 5)), linear(torch.ones(2, 5), network.weight, network.bias))
        assert network.double()(torch.ones(64, 5, dtype=torch.float64)).dtype == torch.float64
        assert network(torch.ones(2, 64, 5, dtype=torch.float64)).shape == (2, 64, 3)


def test_a_network_gives_the_same_within_the_context_and_without():
    network = torch.nn.Sequential(torch.nn.Linear(12, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))
    x = torch.randn(100, 12)
    expected = network(x)
    with fast_linear(), torch.inference_mode():
        torch.testing.assert_close(network(x), expected, rtol=1e-5, atol=1e-5)
