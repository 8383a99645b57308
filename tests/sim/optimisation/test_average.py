"""Moving averages of weights."""

import pytest
import torch
from torch import nn

from sim.optimisation.average import AverageSettings, MovingAverage


class Counter(nn.Module):
    """A weight, and a buffer that counts."""

    count: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))


def set_to(network: Counter, value: float) -> None:
    nn.init.constant_(network.weight, value)


@pytest.mark.parametrize(
    "settings", [AverageSettings(0.9), AverageSettings(0.99, "power", power=0.9), AverageSettings(0.5, every=3)]
)
def test_it_follows_a_constant_as_its_shares_say(settings: AverageSettings):
    network = Counter()
    average = MovingAverage(network, settings)
    set_to(network, 1.0)
    expected = 0.0
    for step in range(300):
        average.update(step)
        kept = settings.kept(step, passes=0)
        expected = expected if kept is None else kept * expected + (1.0 - kept)
        torch.testing.assert_close(average.weights["weight"], torch.full((3,), expected), atol=1e-5, rtol=0.0)
    assert expected == pytest.approx(1.0, abs=1e-2)


def test_a_constant_decay_is_the_closed_form():
    network = Counter()
    average = MovingAverage(network, AverageSettings(0.9, "delayed", begin_pass=0))
    for step in range(20):
        set_to(network, float(step))
        average.update(step)
    closed = sum(0.1 * 0.9 ** (19 - step) * step for step in range(20))
    torch.testing.assert_close(average.weights["weight"], torch.full((3,), closed), atol=1e-5, rtol=1e-6)


def test_diffusion_policy_s_shares():
    settings = AverageSettings(0.9999, "power", inverse_gamma=1.0, power=0.75)
    assert [settings.kept(step, 0) for step in (0, 1)] == [0.0, 0.0]
    assert settings.kept(2, 0) == pytest.approx(1.0 - 2.0**-0.75)
    assert settings.kept(10_000, 0) == pytest.approx(0.999, abs=1e-6)
    assert settings.kept(10**9, 0) == 0.9999


def test_dppo_s_average_is_a_copy_at_first_then_moves_every_tenth_batch():
    settings = AverageSettings(0.995, "delayed", begin_pass=20, every=10)
    assert settings.kept(50, 18) == 0.0 and settings.kept(60, 19) == 0.995
    assert settings.kept(61, 19) is None and settings.kept(51, 0) is None


def test_the_rising_share_grows_to_its_limit():
    shares = [AverageSettings(0.999).kept(step, 0) for step in range(0, 20_000, 100)]
    assert shares[0] == pytest.approx(0.1) and shares[-1] == 0.999 and shares == sorted(shares)


def test_a_copy_is_exact_and_shares_no_memory():
    network = Counter()
    average = MovingAverage(network, AverageSettings(0.5, "delayed", begin_pass=99))
    network.weight.data.uniform_(-3.0, 7.0)
    before = average.weights["weight"].clone()
    assert not torch.equal(before, network.weight)
    average.update(0)
    assert torch.equal(average.weights["weight"], network.weight)


def test_buffers_are_copied():
    network = Counter()
    average = MovingAverage(network, AverageSettings())
    network.count += 5
    average.update(0)
    assert int(average.weights["count"]) == 5


def test_it_goes_on_from_other_weights():
    first, second = (MovingAverage(Counter(), AverageSettings()) for _ in range(2))
    first.weights["weight"].fill_(3.0)
    second.load(first.weights)
    first.weights["weight"].fill_(4.0)
    assert torch.equal(second.weights["weight"], torch.full((3,), 3.0))


def test_shares_beyond_all_are_refused():
    with pytest.raises(ValueError, match=r"decay is 1\.5"):
        AverageSettings(1.5)
