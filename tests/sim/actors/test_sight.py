"""Fine-tuning from pixels: rows of observations and images."""

import torch
from torch import Tensor

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.actors.sight import SeeingCritic, SeeingDenoiser
from sim.networks.critic import CriticSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.vision.networks import VisionDenoiser
from sim.networks.vision.settings import VisionSettings
from sim.networks.vision.vit import VitSettings
from tests.sim.actors.tiny import CHUNK, OBSERVATION, observations, pairs, seeded

VISION = VisionSettings(("front", "hand"), 20, 24, VitSettings(width=8, heads=2, embedding=6), shift=2)
NETWORK = ResidualMlpSettings(16, 1, 8)


def denoiser() -> VisionDenoiser:
    torch.manual_seed(0)
    return VISION.build_denoiser(NETWORK, *CHUNK, OBSERVATION)


def images(count: int, seed: int = 0) -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(seed)
    return {name: torch.randint(256, (count, 3, 20, 24), generator=random).to(torch.uint8) for name in VISION.cameras}


def test_what_is_packed_comes_out_again():
    seen, packing = images(3), SeeingDenoiser(denoiser()).packing
    rows = packing.pack(observations(3), seen)
    assert rows.shape == (3, packing.size) and rows.dtype == torch.float32
    observation, unpacked = packing.unpack(rows)
    assert torch.equal(observation, observations(3))
    assert all(torch.equal((unpacked[name] * 255.0).round().to(torch.uint8), seen[name]) for name in VISION.cameras)


def test_packed_rows_are_denoised_as_what_they_hold():
    vision, sample, step = denoiser(), torch.randn(3, *CHUNK, generator=seeded()), torch.tensor([0, 2, 7])
    seeing, seen = SeeingDenoiser(vision), images(3)
    rows = seeing.packing.pack(observations(3), seen)
    torch.testing.assert_close(seeing(sample, step, rows), vision(sample, step, observations(3), seen))


def test_packed_rows_are_worth_what_they_hold():
    torch.manual_seed(0)
    vision = VISION.build_critic(CriticSettings(16), OBSERVATION)
    critic, seen = SeeingCritic(vision), images(3)
    values = critic(critic.packing.pack(observations(3), seen))
    assert values.shape == (3,)
    torch.testing.assert_close(values, vision(observations(3), seen))


def test_an_actor_that_sees_has_likelihoods_and_its_encoders_learn():
    made = DiffusionActor(SeeingDenoiser(denoiser()), Diffusion(20, 5), DiffusionActorSettings(5), 3)
    assert isinstance(made.tuned, SeeingDenoiser) and isinstance(made.base, SeeingDenoiser)
    rows = made.tuned.packing.pack(observations(6), images(6))
    decisions = made.decide(rows, exploring=True, generator=seeded())
    each = pairs(rows, decisions)
    likelihoods = made.log_likelihood(*each)
    torch.testing.assert_close(likelihoods.detach().view(6, 5), decisions.log_likelihoods, rtol=0, atol=5e-6)
    likelihoods.sum().backward()
    assert all(value.grad is not None and value.grad.any() for value in made.tuned.vision.encoders.parameters())
    assert all(value.grad is None for value in made.base.parameters())


def test_gradients_of_parts_add_up_to_that_of_the_whole():
    made = DiffusionActor(SeeingDenoiser(denoiser()), Diffusion(20, 5), DiffusionActorSettings(5), 3).double()
    rows = SeeingDenoiser(denoiser()).packing.pack(observations(6), images(6)).double()
    each = pairs(rows, made.decide(rows, exploring=True, generator=seeded()))
    made.log_likelihood(*each).sum().backward()
    whole = [value.grad.clone() for value in made.trainable() if value.grad is not None]
    made.zero_grad()
    for parts in zip(*(part.split(7) for part in each), strict=True):
        made.log_likelihood(*parts).sum().backward()
    added = [value.grad for value in made.trainable() if value.grad is not None]
    torch.testing.assert_close(added, whole, rtol=1e-9, atol=1e-12)
