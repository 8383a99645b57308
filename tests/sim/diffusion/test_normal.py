"""The normal distribution against torch's own."""

import torch
from torch.distributions import Normal

from sim.diffusion.normal import entropy, log_density


def test_density_and_entropy_are_those_of_torch():
    random = torch.Generator().manual_seed(0)
    values, mean = (torch.randn(50, 3, generator=random, dtype=torch.float64) for _ in range(2))
    deviation = torch.rand(50, 3, generator=random, dtype=torch.float64) + 0.01
    torch.testing.assert_close(log_density(values, mean, deviation), Normal(mean, deviation).log_prob(values))
    torch.testing.assert_close(entropy(deviation), Normal(mean, deviation).entropy())
