"""Terms of a loss that hold a policy near what it was before fine-tuning."""

import torch
from torch import Tensor

from sim.actors.actor import Actor
from sim.actors.diffusion_actor import DiffusionActor
from sim.diffusion.process import DiffusionProcess


def cloning_loss(actor: Actor, observations: Tensor, generator: torch.Generator) -> Tensor:
    """Return minus the mean log-likelihood of what the policy did before fine-tuning, anew under (B, n)."""
    decisions = actor.decide_as_before(observations, generator)
    before, after = decisions.chain[:, :-1].flatten(0, 1), decisions.chain[:, 1:].flatten(0, 1)
    index = torch.arange(actor.steps, device=before.device).repeat(len(observations))
    repeated = observations.repeat_interleave(actor.steps, 0)
    return -actor.log_likelihood(repeated, before, after, index).mean()


def diffusion_loss(
    actor: DiffusionActor, process: DiffusionProcess, chunks: Tensor, observations: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the loss of pre-training on normalised `chunks` (B, T_p, a), at the levels that `tuned` serves."""
    levels = actor.levels[-actor.steps :]
    return process.loss(actor.tuned, chunks, observations, generator, levels=levels)
