"""Small policies for the toy task."""

import torch

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.actor import Actor
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.gaussian_actor import GaussianActor
from sim.actors.mixture_actor import MixtureActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.algorithms.dppo import Dppo
from sim.algorithms.dppo_settings import DppoSettings
from sim.diffusion.process import DiffusionProcess
from sim.envs.vector import VectorEnvironment
from sim.networks.critic import Critic, CriticSettings
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.rollouts.collect import Collector
from sim.rollouts.units import Units
from tests.sim.toy import LIMITS, LineWorlds

SHAPE = (2, 1, 2)
"""T_p, a and n."""
DIFFUSION = Diffusion(8, 8, sampler="ddpm")
WORLDS = 16


def diffusion_actor(fine_tuned_steps: int = 4, updates: int = 0) -> DiffusionActor:
    """Return a policy that has seen `updates` batches of somebody who goes the right way, but not far enough."""
    torch.manual_seed(0)
    network = ResidualMlpSettings(hidden=48, blocks=1, step_size=8).build(*SHAPE)
    process, generator = DiffusionProcess(DIFFUSION), torch.Generator().manual_seed(1)
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    for _ in range(updates):
        observations = 2.0 * torch.rand((128, 2), generator=generator) - 1.0
        timid = 0.3 * torch.tanh(3.0 * (observations[:, 1] - observations[:, 0]))
        chunks = (timid[:, None, None] + 0.2 * torch.randn((128, 2, 1), generator=generator)).clamp(-1.0, 1.0)
        optimiser.zero_grad()
        process.loss(network, chunks, observations, generator).backward()
        optimiser.step()
    return DiffusionActor(network, DIFFUSION, DiffusionActorSettings(fine_tuned_steps), executed_steps=2)


def gaussian_actor() -> Actor:
    torch.manual_seed(0)
    return GaussianActor(GaussianMlpSettings().build(*SHAPE), executed_steps=2)


def mixture_actor() -> Actor:
    torch.manual_seed(0)
    return MixtureActor(MixtureMlpSettings().build(*SHAPE), executed_steps=2)


def critic() -> Critic:
    torch.manual_seed(1)
    return Critic(2, CriticSettings(hidden=32))


def collector(actor: Actor, worlds: int = WORLDS) -> Collector:
    """Return one that has begun."""
    found = Collector(VectorEnvironment(LineWorlds(worlds)), actor, Units(LIMITS, 1, torch.device("cpu")), 2)
    found.begin(0)
    return found


def learner(actor: Actor, settings: DppoSettings) -> Dppo:
    return Dppo(actor, critic(), settings, WORLDS)
