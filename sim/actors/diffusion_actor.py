"""A diffusion policy whose last denoising steps are decisions of their own: DPPO's inner layer."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.actor import Actor, Decisions
from sim.actors.exported import ExportedNetworks
from sim.actors.likelihood import mean_clamped
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.diffusion.chain import Chain, ChainSampler, Network
from sim.diffusion.transitions import Transitions
from sim.errors import ActorError
from sim.networks.denoiser import DenoiserNetwork


class DiffusionActor(Actor):
    """A frozen `base` for the first steps of the sampler, a trainable copy of it, `tuned`, for the last K'.

    Each step asks the one network that is its own; where every step is fine-tuned, `base` is not asked at all.
    """

    fine_tuned_steps: Tensor
    levels: Tensor

    def __init__(
        self, base: DenoiserNetwork, diffusion: Diffusion, settings: DiffusionActorSettings, executed_steps: int
    ) -> None:
        """Fine-tune a copy of `base`, which is sampled as `diffusion` says; `executed_steps` is T_a."""
        super().__init__()
        _check(base, diffusion, settings, executed_steps)
        self.base = copy.deepcopy(base).requires_grad_(False)
        self.tuned = copy.deepcopy(base).requires_grad_(True)
        self.diffusion, self.settings, self.executed_steps = diffusion, settings, executed_steps
        self._exploring = ChainSampler(settings.exploring(diffusion), settings.persistence, settings.quiet)
        self._in_use = ChainSampler(settings.in_use(diffusion))
        steps = sampling_steps(settings.likelihood(diffusion))
        self.transitions = Transitions(steps, diffusion.clip, settings.persistence)
        levels = [visit.timestep for visit in diffusion.visits()]
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        self.register_buffer("fine_tuned_steps", torch.tensor(settings.fine_tuned_steps))
        self.register_load_state_dict_post_hook(lambda actor, _: actor._count_steps())
        self._count_steps()
        self.eval()

    @torch.no_grad()
    def decide(self, observations: Tensor, *, exploring: bool, generator: torch.Generator) -> Decisions:
        """Return chunks for normalised observations (B, n); `exploring` with the noise of training, else of use."""
        first, last = self.levels[: self._first], self.levels[self._first :]
        networks = self.base.at_steps(first, observations) if len(first) else []
        networks += self.tuned.at_steps(last, observations)
        return self._follow(self._exploring if exploring else self._in_use, networks, len(observations), generator)

    @torch.no_grad()
    def decide_as_before(self, observations: Tensor, generator: torch.Generator) -> Decisions:
        """Return what `base` alone does, exploring."""
        networks = self.base.at_steps(self.levels, observations)
        return self._follow(self._exploring, networks, len(observations), generator)

    def log_likelihood(
        self, observations: Tensor, before: Tensor, after: Tensor, index: Tensor, which: Tensor | None = None
    ) -> Tensor:
        """Return (B,), differentiable: how likely step `index` (B,) leads from `before` to `after`; see `Actor`."""
        encoded_steps = self.tuned.encode_step(self.levels[self._first :])
        observed = self.tuned.encode_observation(observations)
        observed = observed if which is None else observed[which]
        output = self.tuned.denoise(before, encoded_steps[index], observed)
        return self._likelihood(before, output, after, index)

    def entropy(self, observations: Tensor) -> Tensor:
        """Return zeros (B,): the noise of a step is given, nothing learns it."""
        return torch.zeros(len(observations), device=self.levels.device)

    def anneal(self, by: int) -> None:
        """Fine-tune `by` steps fewer from now on; what is tuned so far becomes the base of all steps before."""
        if not 0 < by < self.steps:
            raise ActorError(f"{by} of {self.steps} fine-tuned steps cannot be given up: at least one must stay")
        self.base.load_state_dict(self.tuned.state_dict())
        self.fine_tuned_steps -= by
        self._count_steps()

    def export(self) -> ExportedNetworks:
        """Return what a bundle is made of."""
        if self.settings.action_clip is not None:
            raise ActorError("action_clip: the robot's sampler knows none; fine-tune without it to export")
        return ExportedNetworks(self.base, self.tuned, self.steps, self._in_use.diffusion)

    def _count_steps(self) -> None:
        self.steps = int(self.fine_tuned_steps)
        self._first = self.diffusion.inference_steps - self.steps

    def _follow(
        self, sampler: ChainSampler, networks: Sequence[Network], count: int, generator: torch.Generator
    ) -> Decisions:
        shape = (count, *self.tuned.chunk_shape)
        return self._decisions(sampler.draw(networks, shape, next(self.tuned.parameters()), generator))

    def _decisions(self, chain: Chain) -> Decisions:
        """Return the last K' steps, and their likelihoods, which need no network any more."""
        samples = torch.stack(chain.samples[-self.steps - 1 :], 1)
        limit = self.settings.action_clip
        if limit is not None:
            samples[:, -1].clamp_(-limit, limit)
        outputs = torch.stack(chain.outputs[-self.steps :], 1).flatten(0, 1)
        before, after = samples[:, :-1].flatten(0, 1), samples[:, 1:].flatten(0, 1)
        index = torch.arange(self.steps, device=samples.device).repeat(len(samples))
        likelihoods = self._likelihood(before, outputs, after, index)
        return Decisions(samples, likelihoods.unflatten(0, (-1, self.steps)))

    def _likelihood(self, before: Tensor, output: Tensor, after: Tensor, index: Tensor) -> Tensor:
        return mean_clamped(
            self.transitions.log_density(before, output, after, self._first + index), self.executed_steps
        )


def _check(base: DenoiserNetwork, diffusion: Diffusion, settings: DiffusionActorSettings, executed_steps: int) -> None:
    """Refuse steps and numbers that are not there."""
    steps, (predicted, numbers) = diffusion.inference_steps, base.chunk_shape
    if any(number >= numbers for number in settings.quiet):
        raise ActorError(f"quiet is {settings.quiet}, an action has {numbers} numbers, counted from 0")
    if settings.fine_tuned_steps > steps:
        raise ActorError(f"fine_tuned_steps is {settings.fine_tuned_steps}, the sampler has {steps} steps")
    if not 1 <= executed_steps <= predicted:
        raise ActorError(f"executed_steps is {executed_steps}, expected 1 .. {predicted}, the steps of a chunk")
