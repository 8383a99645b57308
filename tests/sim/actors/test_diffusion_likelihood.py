"""Likelihoods of denoising chains: against torch's distributions, against the sampler, and their gradients."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.networks.attention import AttentionSettings
from sim.networks.conv_blocks import ConvSettings
from sim.networks.settings import NetworkSettings
from sim.networks.transformer import TransformerSettings
from sim.networks.unet import UnetSettings
from tests.sim.actors.tiny import CHUNK, DDIM, DDPM, OBSERVATION, actor, observations, pairs, seeded

BOTH = pytest.mark.parametrize("diffusion", [DDPM, DDIM])


@torch.no_grad()
def plain_likelihood(made: DiffusionActor, chain: Tensor, seen: Tensor, index: int) -> float:
    """Return the likelihood of one step of one chain (K' + 1, T_p, a), from the papers' formulas in plain words."""
    levels, diffusion = made.diffusion.levels(), made.diffusion
    number = diffusion.inference_steps - made.steps + index
    stride = diffusion.train_steps // diffusion.inference_steps
    level = (diffusion.inference_steps - 1 - number) * stride
    here, following = levels[level], 1.0 if level == 0 else levels[level - stride]
    before, after = chain[index], chain[index + 1]
    epsilon = made.tuned(before[None], torch.tensor([level]), seen[None])[0]
    clean = ((before - math.sqrt(1.0 - here) * epsilon) / math.sqrt(here)).clamp(-1.0, 1.0)
    sigma = math.sqrt((1.0 - following) / (1.0 - here) * (1.0 - here / following))
    if diffusion.sampler == "ddim":
        epsilon = (before - math.sqrt(here) * clean) / math.sqrt(1.0 - here)
        mean = math.sqrt(following) * clean + math.sqrt(max(0.0, 1.0 - following - sigma**2)) * epsilon
    else:
        alpha = here / following
        of_clean, of_sample = (1.0 - alpha) * math.sqrt(following), (1.0 - following) * math.sqrt(alpha)
        mean = (of_clean * clean + of_sample * before) / (1.0 - here)
    densities = Normal(mean, max(sigma, made.settings.likelihood_floor)).log_prob(after)
    return float(densities[: made.executed_steps].clamp(-5.0, 2.0).mean())


@BOTH
def test_a_chains_likelihood_is_that_of_torchs_normal_distributions(diffusion: Diffusion):
    made, seen = actor(diffusion).double(), observations(4).double()
    decisions = made.decide(seen, exploring=True, generator=seeded())
    expected = [
        [plain_likelihood(made, chain, row, index) for index in range(3)]
        for chain, row in zip(decisions.chain, seen, strict=True)
    ]
    torch.testing.assert_close(decisions.log_likelihoods, torch.tensor(expected).double(), rtol=1e-6, atol=1e-6)


@BOTH
@pytest.mark.parametrize("persistence", [0.0, 0.9])
@pytest.mark.parametrize("exploring", [True, False])
def test_what_deciding_tells_is_what_is_computed_again(diffusion: Diffusion, exploring: bool, persistence: float):
    made, seen = actor(diffusion, persistence=persistence), observations(40)
    decisions = made.decide(seen, exploring=exploring, generator=seeded())
    again = made.log_likelihood(*pairs(seen, decisions)).view(40, 3)
    torch.testing.assert_close(decisions.log_likelihoods, again, rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    "settings",
    [
        UnetSettings((8, 16), 8, ConvSettings(groups=4, film="deep")),
        TransformerSettings(AttentionSettings(16, 2, 2, dropout=0.5)),
    ],
)
def test_other_networks_too_and_dropout_stays_out_of_it(settings: NetworkSettings):
    torch.manual_seed(0)
    base = settings.build(*CHUNK, OBSERVATION)
    made, seen = DiffusionActor(base, DDIM, DiffusionActorSettings(3), 3).train(), observations(9)
    decisions = made.decide(seen, exploring=True, generator=seeded())
    again = made.log_likelihood(*pairs(seen, decisions)).view(9, 3)
    torch.testing.assert_close(decisions.log_likelihoods, again, rtol=0, atol=5e-6)


def test_steps_may_be_mixed_and_in_any_order():
    made, seen = actor(DDPM), observations(40)
    each = pairs(seen, made.decide(seen, exploring=True, generator=seeded()))
    order = torch.randperm(120, generator=seeded(1))
    shuffled = made.log_likelihood(*(part[order] for part in each))
    torch.testing.assert_close(shuffled, made.log_likelihood(*each)[order], rtol=0, atol=2e-6)


@pytest.mark.parametrize("persistence", [0.0, 0.9])
def test_what_is_not_executed_has_no_say(persistence: float):
    made, seen = actor(DDPM, executed_steps=3, persistence=persistence), observations(6)
    rows, before, after, index = pairs(seen, made.decide(seen, exploring=True, generator=seeded()))
    plain = made.log_likelihood(rows, before, after, index)
    executed, rest = after.clone(), after.clone()
    executed[:, 2] += 0.1
    rest[:, 3] += 0.1
    assert torch.equal(made.log_likelihood(rows, before, rest, index), plain)
    assert not torch.isclose(made.log_likelihood(rows, before, executed, index), plain, rtol=1e-6).any()


def test_one_unlikely_number_cannot_decide():
    made, seen = actor(DDPM), observations(1)
    rows, before, after, index = pairs(seen, made.decide(seen, exploring=True, generator=seeded()))
    plain = made.log_likelihood(rows, before, after, index)
    far = after.clone()
    far[:, 0, 0] += 1e6
    fallen = plain - made.log_likelihood(rows, before, far, index)
    assert bool((fallen > 0.0).all() and (fallen <= 7.0 / 9.0 + 1e-5).all())


@BOTH
def test_gradients_are_those_of_finite_differences(diffusion: Diffusion):
    made, seen = actor(diffusion).double(), observations(3).double()
    each = pairs(seen, made.decide(seen, exploring=True, generator=seeded()))
    names = ["step_encoder.1.bias", "body.layers.0.bias", "body.layers.2.bias"]
    weights = [made.tuned.get_parameter(name) for name in names]

    def likelihoods(*values: Tensor) -> Tensor:
        changed = {f"made.tuned.{name}": value for name, value in zip(names, values, strict=True)}
        return torch.func.functional_call(Likelihood(made), changed, each)

    assert torch.autograd.gradcheck(likelihoods, tuple(value.detach().requires_grad_() for value in weights))


class Likelihood(torch.nn.Module):
    """An actor's likelihood as a module's call."""

    def __init__(self, made: DiffusionActor) -> None:
        super().__init__()
        self.made = made

    def forward(self, *each: Tensor) -> Tensor:
        return self.made.log_likelihood(*each)


def test_climbing_the_likelihood_makes_what_was_done_likelier():
    made, seen = actor(DDPM), observations(40)
    each = pairs(seen, made.decide(seen, exploring=True, generator=seeded()))
    before = float(made.log_likelihood(*each).detach().mean())
    optimiser = torch.optim.Adam(made.trainable(), 3e-3)
    for _ in range(30):
        optimiser.zero_grad()
        (-made.log_likelihood(*each).mean()).backward()
        optimiser.step()
    assert float(made.log_likelihood(*each).detach().mean()) > before + 0.03
