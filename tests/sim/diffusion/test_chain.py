"""Chains against the sampler that keeps only where they end."""

import pytest
import torch
from torch import Tensor

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.diffusion.chain import ChainSampler
from sim.diffusion.sampler import draw_steps, sample_chunks
from sim.networks.residual_mlp import MlpDenoiser, ResidualMlpSettings

SHAPE = (6, 4, 3)
DIFFUSIONS = [
    Diffusion(20, 20, sampler="ddpm", noise_clip=1.0),
    Diffusion(20, 5, eta=1.0, recompute_epsilon=True, noise_clip=None),
    Diffusion(20, 5, prediction="v_prediction"),
]


def network() -> MlpDenoiser:
    torch.manual_seed(0)
    return MlpDenoiser(SHAPE[1], SHAPE[2], 5, ResidualMlpSettings(16, 1, 8))


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def draw(diffusion: Diffusion, like: Tensor, observation: Tensor) -> tuple[Tensor, ...]:
    levels = torch.tensor([visit.timestep for visit in diffusion.visits()])
    networks = network().at_steps(levels, observation)
    return ChainSampler(diffusion).draw(networks, SHAPE, like, seeded()).samples


@pytest.mark.parametrize("diffusion", DIFFUSIONS)
@torch.no_grad()
def test_a_chain_ends_where_the_sampler_ends(diffusion: Diffusion):
    observation = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
    samples = draw(diffusion, observation, observation)
    random = seeded()
    start = torch.randn(SHAPE, generator=random)
    noise = draw_steps(diffusion, SHAPE, random)
    expected = sample_chunks(network(), diffusion, observation, start, draws=noise)
    assert torch.equal(samples[0], start) and len(samples) == diffusion.inference_steps + 1
    torch.testing.assert_close(samples[-1], expected, rtol=1e-6, atol=1e-6)


def test_draws_of_steps_are_clamped_and_the_start_is_not():
    sampler = ChainSampler(DIFFUSIONS[0])
    networks = [torch.zeros_like] * 20
    samples = sampler.draw(networks, (500, 4, 3), torch.zeros(1), seeded()).samples
    assert float(samples[0].abs().max()) > 3.0
    for step, before, after in zip(sampler.steps, samples[:-1], samples[1:], strict=True):
        clean = step.clean(before, torch.zeros_like(before), 1.0)
        noise = after - step.next_of_sample * before - step.next_of_clean * clean
        assert float(noise.abs().max()) == pytest.approx(step.deviation, abs=1e-5)


@torch.no_grad()
def test_chains_are_of_the_type_of_what_is_given():
    like = torch.zeros(1, dtype=torch.float64)
    chain = ChainSampler(DIFFUSIONS[2]).draw([lambda sample: sample] * 5, SHAPE, like, seeded())
    assert all(part.dtype == torch.float64 for part in (*chain.samples, *chain.outputs))
