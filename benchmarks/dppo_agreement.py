"""The losses of DPPO and of its reference on the same batch with the same weights."""

import torch
from torch import Tensor

from benchmarks import dppo_reference
from benchmarks.dppo_case import networks
from sim.actors.diffusion_actor import DiffusionActor
from sim.algorithms.dppo import Dppo
from sim.algorithms.dppo_settings import ClipSettings, DppoSettings
from sim.algorithms.progress import StepSums
from sim.networks.critic import Critic
from sim.rollouts.lesson import Lesson

STATES, STEPS = 500, 10
TOLERANCE = 1e-5


def print_agreement() -> None:
    """Print each loss of both, and whether they are the same to 1e-5."""
    lesson, actor, critic = _batch()
    pairs = torch.arange(STATES * STEPS)
    theirs = _theirs(lesson, pairs, actor, critic)
    _move(actor.tuned)
    _move(critic)
    learning = Dppo(actor, critic, DppoSettings(clip=ClipSettings(0.01, 0.01)), worlds=1)
    sums = StepSums.nothing(pairs.device)
    learning.actor_gradients(lesson, pairs, sums)
    learning.critic_gradients(lesson, pairs, sums)
    ours = (sums.policy_loss, sums.value_loss, sums.divergence, sums.clipped, sums.ratio)
    for name, one, other in zip(("policy loss", "value loss", "kl", "clipped", "ratio"), ours, theirs, strict=True):
        apart = abs(float(one) - other)
        verdict = "same" if apart <= TOLERANCE * max(1.0, abs(other)) else "DIFFERENT"
        print(f"  {name:<12} ours {float(one):+.8f}  reference {other:+.8f}  apart {apart:.1e}: {verdict}")


def _batch() -> tuple[Lesson, DiffusionActor, Critic]:
    """Return chunks that the actor decided on, with made-up advantages and returns."""
    actor, critic = networks()
    generator = torch.Generator().manual_seed(5)
    observations = torch.randn((STATES, 11), generator=generator)
    decisions = actor.decide(observations, exploring=True, generator=generator)
    advantages, returns = torch.randn((2, STATES), generator=generator)
    with torch.no_grad():
        values = critic(observations)
    return Lesson(observations, decisions.chain, decisions.log_likelihoods, values, advantages, returns), actor, critic


def _theirs(lesson: Lesson, pairs: Tensor, actor: DiffusionActor, critic: Critic) -> tuple[float, ...]:
    """Return what the reference says, whose old likelihoods are of the weights before they moved."""
    model = dppo_reference.model(actor, critic)
    chunk, index = pairs // STEPS, pairs % STEPS
    seen = {"state": lesson.observations[:, None]}
    with torch.no_grad():
        old = model.get_logprobs(seen, lesson.chains).unflatten(0, (STATES, STEPS))
    for network in (model.actor_ft, model.critic):
        _move(network)
    before, after = lesson.chains[chunk, index], lesson.chains[chunk, index + 1]
    worth = (lesson.returns[chunk], lesson.values[chunk], lesson.advantages[chunk].clone())
    with torch.no_grad():
        found = model.loss({"state": seen["state"][chunk]}, before, after, index, *worth, old[chunk, index])
    policy, _, value, clipped, divergence, ratio, *_ = found
    return float(policy), float(value), divergence, clipped, ratio


@torch.no_grad()
def _move(network: torch.nn.Module) -> None:
    """Move the weights, as a few gradient steps would; the same way for networks of the same shape."""
    generator = torch.Generator().manual_seed(9)
    for parameter in network.parameters():
        parameter += 1e-2 * torch.randn(parameter.shape, generator=generator)
