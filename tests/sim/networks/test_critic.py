"""Critics: the published sizes, and answers that fit what they are compared with."""

from pathlib import Path

import pytest
import torch

from sim.errors import NetworkError
from sim.networks.critic import Critic, CriticSettings, DoubleCritic
from tests.sim.networks.properties import (
    assert_rows_do_not_see_each_other,
    assert_the_file_says_the_same,
    deaf_parameters,
    parameter_count,
)

SMALL = CriticSettings(hidden=8)


def test_parameter_count_is_that_of_dppos_hopper_critic():
    assert parameter_count(Critic(11)) == 134_913


def test_parameter_count_is_that_of_dppos_furniture_critic():
    assert parameter_count(Critic(58, CriticSettings(hidden=512))) == (58 + 1) * 512 + 2 * 513 * 512 + 513


def test_values_have_the_shape_of_returns_so_that_no_loss_broadcasts():
    values, returns = Critic(5, SMALL)(torch.randn(7, 5)), torch.randn(7)
    assert values.shape == returns.shape
    assert torch.nn.functional.mse_loss(values, returns, reduction="none").shape == (7,)


def test_rows_do_not_see_each_other():
    torch.manual_seed(0)
    assert_rows_do_not_see_each_other(Critic(5, SMALL).double(), torch.randn(4, 5).double())
    double = DoubleCritic(3, 2, 5, SMALL).double()
    assert_rows_do_not_see_each_other(double, torch.randn(4, 5).double(), torch.randn(4, 3, 2).double())


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_the_robots_runtime_judges_as_torch_does(batch: int, tmp_path: Path):
    torch.manual_seed(0)
    critic, double, path = Critic(5, SMALL), DoubleCritic(3, 2, 5, SMALL), tmp_path / "critic.onnx"
    observation, chunk = torch.randn(batch, 5), torch.randn(batch, 3, 2)
    critic.as_onnx(path)
    assert_the_file_says_the_same(path, "value", critic, observation=observation)
    double.as_onnx(path)
    assert_the_file_says_the_same(path, "values", double, observation=observation, chunk=chunk)


def test_every_parameter_learns():
    critic, double = Critic(5, SMALL), DoubleCritic(3, 2, 5, SMALL)
    assert deaf_parameters(critic, critic(torch.randn(4, 5))) == []
    assert deaf_parameters(double, double(torch.randn(4, 5), torch.randn(4, 3, 2))) == []


def test_the_two_values_of_a_chunk_share_nothing():
    double = DoubleCritic(3, 2, 5, SMALL)
    observation, chunk = torch.randn(4, 5), torch.randn(4, 3, 2)
    values = double(observation, chunk)
    assert values.shape == (4, 2) and not torch.allclose(values[:, 0], values[:, 1])
    values[:, 0].sum().backward()
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in double.second.parameters())


def test_a_double_critic_hears_both_the_chunk_and_the_observation():
    double = DoubleCritic(3, 2, 5, SMALL)
    observation, chunk = torch.randn(4, 5), torch.randn(4, 3, 2)
    assert not torch.equal(double(observation, chunk), double(observation, -chunk))
    assert not torch.equal(double(observation, chunk), double(-observation, chunk))


def test_a_critic_without_width_is_refused():
    with pytest.raises(NetworkError, match="critic: hidden is 0, expected more than 0"):
        CriticSettings(hidden=0)
