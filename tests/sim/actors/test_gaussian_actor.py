"""Gaussian chunks as decisions of a single step."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from sim.actors.gaussian_actor import GaussianActor
from sim.errors import ActorError
from sim.networks.heads.deviation import DeviationSettings
from sim.networks.heads.mlp_heads import GaussianMlp, GaussianMlpSettings
from tests.sim.actors.tiny import CHUNK, OBSERVATION, observations, seeded


def gaussian(executed_steps: int = 3, deviation: float = 0.1, learned: bool = True, **settings: float) -> GaussianActor:
    torch.manual_seed(0)
    settings_of_head = GaussianMlpSettings(16, 1, deviation=DeviationSettings(deviation, learned, highest=0.5))
    return GaussianActor(GaussianMlp(*CHUNK, OBSERVATION, settings_of_head), executed_steps, **settings)


def likelihood(actor: GaussianActor, seen: Tensor, chunks: Tensor) -> Tensor:
    return actor.log_likelihood(seen, torch.zeros_like(chunks), chunks, torch.zeros(len(chunks), dtype=torch.long))


def test_a_chain_is_zeros_and_then_the_chunk():
    decisions = gaussian().decide(observations(7), exploring=True, generator=seeded())
    assert decisions.chain.shape == (7, 2, *CHUNK) and decisions.log_likelihoods.shape == (7, 1)
    assert not decisions.chain[:, 0].any() and decisions.actions.any()


def test_likelihoods_are_those_of_torchs_normal_distribution_over_executed_steps():
    actor, seen = gaussian(), observations(40)
    decisions = actor.decide(seen, exploring=True, generator=seeded())
    said = actor.tuned(seen)
    densities = Normal(said.mean, said.deviation).log_prob(decisions.actions)[:, :3]
    torch.testing.assert_close(decisions.log_likelihoods[:, 0], densities.clamp(-5.0, 2.0).mean((1, 2)).detach())
    torch.testing.assert_close(likelihood(actor, seen, decisions.actions), densities.clamp(-5.0, 2.0).mean((1, 2)))


@torch.no_grad()
def test_exploring_scatters_by_the_heads_deviation_within_the_clip():
    actor, seen = gaussian(deviation=0.2), torch.zeros(5000, OBSERVATION)
    noise = actor.decide(seen, exploring=True, generator=seeded()).actions - actor.tuned(seen).mean
    assert float(noise.std()) == pytest.approx(0.9932 * 0.2, rel=0.015)
    assert float(noise.abs().max()) == pytest.approx(3.0 * 0.2, rel=1e-5)
    freer = gaussian(deviation=0.2, noise_clip=None).decide(seen, exploring=True, generator=seeded())
    assert float((freer.actions - actor.tuned(seen).mean).abs().max()) > 0.7


@torch.no_grad()
def test_in_use_it_does_what_the_bundle_does():
    actor, seen = gaussian(), observations(7)
    found = actor.decide(seen, exploring=False, generator=seeded()).actions
    assert torch.equal(found, actor.tuned.best(seen))


def test_the_same_generator_gives_the_same_bits():
    one, other = (gaussian().decide(observations(7), exploring=True, generator=seeded()) for _ in range(2))
    assert torch.equal(one.chain, other.chain)


def test_entropy_is_that_of_torch_and_what_is_learned_of_it():
    actor = gaussian()
    entropy = actor.entropy(observations(4))
    torch.testing.assert_close(entropy, Normal(0.0, torch.full((4,), 0.1)).entropy())
    entropy.sum().backward()
    gradient = actor.tuned.get_parameter("deviation.log_deviation").grad
    assert gradient is not None and bool((gradient > 0.0).all())


def test_only_the_tuned_copy_learns_its_deviation_included():
    actor = gaussian()
    assert {id(value) for value in actor.trainable()} == {id(value) for value in actor.tuned.parameters()}
    assert any(name.endswith("log_deviation") for name, _ in actor.tuned.named_parameters())


@pytest.mark.parametrize("executed_steps", [0, 5])
def test_steps_that_are_not_there_are_refused(executed_steps: int):
    with pytest.raises(ActorError, match=r"expected 1 \.\. 4"):
        gaussian(executed_steps)
