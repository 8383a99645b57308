"""Small diffusion policies, and observations for them."""

from typing import Any

import torch
from torch import Tensor

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.actor import Decisions
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.networks.residual_mlp import MlpDenoiser, ResidualMlpSettings

CHUNK, OBSERVATION = (4, 3), 5
DDPM = Diffusion(12, 12, sampler="ddpm")
DDIM = Diffusion(20, 5)


def network(seed: int = 0) -> MlpDenoiser:
    torch.manual_seed(seed)
    return MlpDenoiser(*CHUNK, OBSERVATION, ResidualMlpSettings(16, 1, 8))


def actor(diffusion: Diffusion = DDPM, executed_steps: int = 3, seed: int = 0, **settings: Any) -> DiffusionActor:
    """Return one whose tuned network is not its base any more."""
    settings = {"fine_tuned_steps": 3, **settings}
    made = DiffusionActor(network(seed), diffusion, DiffusionActorSettings(**settings), executed_steps)
    made.tuned.load_state_dict(network(seed + 100).state_dict())
    return made


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def observations(count: int) -> Tensor:
    return torch.randn(count, OBSERVATION, generator=seeded(9))


def pairs(seen: Tensor, decisions: Decisions) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return every step of the chains as log_likelihood takes it, step by step within each chain."""
    steps = decisions.log_likelihoods.shape[1]
    before, after = decisions.chain[:, :-1].flatten(0, 1), decisions.chain[:, 1:].flatten(0, 1)
    return seen.repeat_interleave(steps, 0), before, after, torch.arange(steps).repeat(len(seen))
