"""Noise that lasts from action to action: how it is spread, and that it can be told apart again."""

import pytest
import torch
from torch import Tensor

from sim.diffusion.persistence import lasting, renewed


def drawn(count: int, steps: int = 6) -> Tensor:
    return torch.randn(count, steps, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_every_action_scatters_alike_and_is_the_shares_power_of_one_before(share: float):
    noise = lasting(drawn(200_000), share)
    covariance = torch.einsum("bid,bjd->ij", noise, noise) / (2 * len(noise))
    apart = (torch.arange(6)[:, None] - torch.arange(6)).abs()
    torch.testing.assert_close(covariance, torch.tensor(share, dtype=torch.float64) ** apart, rtol=0.0, atol=0.01)


def test_numbers_of_an_action_do_not_share_their_noise():
    noise = lasting(drawn(200_000), 0.9)
    across = (noise[..., 0] * noise[..., 1]).mean(0)
    assert across.abs().max() < 0.01


def test_what_was_new_is_found_again_row_by_row():
    draws, shares = drawn(4), torch.tensor([0.0, 0.3, 0.9, 0.999], dtype=torch.float64)
    noise = torch.cat([lasting(draws[row : row + 1], float(share)) for row, share in enumerate(shares)])
    torch.testing.assert_close(renewed(noise, shares), draws, rtol=1e-9, atol=1e-9)


def test_later_actions_say_nothing_of_earlier_ones():
    noise = lasting(drawn(3), 0.8)
    changed = noise.clone()
    changed[:, 4:] += 1.0
    shares = torch.full((3,), 0.8, dtype=torch.float64)
    assert torch.equal(renewed(noise, shares)[:, :4], renewed(changed, shares)[:, :4])


def test_without_a_share_draws_stay_as_they_are():
    draws = drawn(3)
    assert lasting(draws, 0.0) is draws
