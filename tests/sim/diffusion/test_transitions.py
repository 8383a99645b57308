"""Transitions of a batch against the sampler's own steps, against torch's distributions and against Bayes."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from diffpol_ros.policy.diffusion.steps import Step, sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.diffusion.transitions import Transitions

CHUNK = (3, 2)
FLOOR = 0.1
SAMPLERS = [
    Diffusion(20, 20, sampler="ddpm", prediction=prediction, deviation_floor=FLOOR, last_deviation_floor=FLOOR)
    for prediction in ("epsilon", "sample", "v_prediction")
] + [
    Diffusion(
        *(100, 5),
        prediction=prediction,
        eta=1.0,
        recompute_epsilon=True,
        deviation_floor=FLOOR,
        last_deviation_floor=FLOOR,
    )
    for prediction in ("epsilon", "sample", "v_prediction")
]
UNCLIPPED = [dataclasses.replace(diffusion, clip=None, recompute_epsilon=False) for diffusion in SAMPLERS]


def drawn(count: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, *CHUNK, generator=generator, dtype=torch.float64)


def plain_mean(step: Step, before: Tensor, output: Tensor, clip: float | None) -> Tensor:
    return dataclasses.replace(step, deviation=0.0).next(before, output, step.clean(before, output, clip))


@pytest.mark.parametrize("diffusion", [*SAMPLERS, *UNCLIPPED])
def test_every_row_has_the_mean_of_its_own_step(diffusion: Diffusion):
    steps = sampling_steps(diffusion)
    before, output = drawn(64, 0), drawn(64, 1)
    index = torch.randint(len(steps), (64,), generator=torch.Generator().manual_seed(2))
    means = Transitions(steps, diffusion.clip).mean(before, output, index)
    for row, number in enumerate(index.tolist()):
        expected = plain_mean(steps[number], before[row], output[row], diffusion.clip)
        torch.testing.assert_close(means[row], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("diffusion", SAMPLERS)
def test_densities_are_those_of_torchs_normal_distribution(diffusion: Diffusion):
    steps = sampling_steps(diffusion)
    before, output, after = drawn(len(steps), 0), drawn(len(steps), 1), drawn(len(steps), 2)
    densities = Transitions(steps, diffusion.clip).log_density(before, output, after, torch.arange(len(steps)))
    for number, step in enumerate(steps):
        mean = plain_mean(step, before[number], output[number], diffusion.clip)
        expected = torch.distributions.Normal(mean, step.deviation).log_prob(after[number])
        torch.testing.assert_close(densities[number], expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("diffusion", [Diffusion(20, 20, sampler="ddpm"), Diffusion(100, 5, eta=1.0)])
def test_of_a_true_prediction_mean_and_deviation_are_the_posterior_of_bayes(diffusion: Diffusion):
    """What is known of a less noisy sample: its prior given the clean one, and the noisier sample that it became."""
    floored = dataclasses.replace(diffusion, last_deviation_floor=FLOOR)
    levels, steps = diffusion.levels(), sampling_steps(floored)
    transitions, (clean, epsilon) = Transitions(steps, 1.0), (drawn(1, 0).clamp(-1, 1), drawn(1, 1))
    for number, (visit, step) in enumerate(list(zip(diffusion.visits(), steps, strict=True))[:-1]):
        here, following = levels[visit.timestep], levels[visit.following or 0]
        noisy = math.sqrt(here) * clean + math.sqrt(1.0 - here) * epsilon
        mean = transitions.mean(noisy, epsilon, torch.tensor([number]))
        ratio = here / following
        prior_precision, evidence_precision = 1.0 / (1.0 - following), ratio / (1.0 - ratio)
        variance = 1.0 / (prior_precision + evidence_precision)
        evidence = evidence_precision * noisy / math.sqrt(ratio)
        expected = variance * (prior_precision * math.sqrt(following) * clean + evidence)
        torch.testing.assert_close(mean, expected, rtol=1e-9, atol=1e-9)
        assert step.deviation == pytest.approx(math.sqrt(variance), rel=1e-9)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_of_lasting_noise_densities_add_up_to_that_of_the_whole_chunk_but_for_a_constant(share: float):
    steps = sampling_steps(SAMPLERS[3])
    transitions, last = Transitions(steps, 1.0, share), torch.tensor([len(steps) - 1])
    before, output, after = drawn(1, 0), drawn(1, 1), drawn(5, 2)
    apart = (torch.arange(3)[:, None] - torch.arange(3)).abs()
    mean = transitions.mean(before, output, last)[0]
    covariance = steps[-1].deviation ** 2 * torch.tensor(share, dtype=torch.float64) ** apart
    whole = torch.distributions.MultivariateNormal(mean.T, covariance)
    found = torch.stack([transitions.log_density(before, output, row[None], last).sum() for row in after])
    expected = torch.stack([whole.log_prob(row.T).sum() for row in after])
    torch.testing.assert_close(found.diff(), expected.diff(), rtol=1e-9, atol=1e-9)


def test_only_the_last_steps_noise_lasts():
    steps = sampling_steps(SAMPLERS[3])
    each = drawn(5, 0), drawn(5, 1), drawn(5, 2), torch.arange(5)
    plain, lasting = Transitions(steps, 1.0).log_density(*each), Transitions(steps, 1.0, 0.9).log_density(*each)
    torch.testing.assert_close(lasting[:-1], plain[:-1], rtol=1e-12, atol=1e-12)
    assert not torch.isclose(lasting[-1, 1:], plain[-1, 1:]).any()


def test_single_precision_is_kept_without_losing_the_factors():
    steps = sampling_steps(SAMPLERS[0])
    before, output, after, index = drawn(20, 0), drawn(20, 1), drawn(20, 2), torch.arange(20)
    transitions = Transitions(steps, 1.0)
    exact = transitions.log_density(before, output, after, index)
    single = transitions.log_density(before.float(), output.float(), after.float(), index)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), exact, rtol=1e-4, atol=1e-4)


def test_a_step_without_noise_is_refused():
    with pytest.raises(ValueError, match="no density"):
        Transitions(sampling_steps(Diffusion(20, 20, sampler="ddpm")), 1.0)
