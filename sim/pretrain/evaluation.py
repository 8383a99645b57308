"""A policy in training, tried in its task: how often it succeeds and what it earns."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sim.data.limits import FittedLimits
from sim.diffusion.chain import ChainSampler
from sim.envs.vector import VectorEnvironment
from sim.errors import TrainingError
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.heads.head import Head
from sim.policy_settings import PolicySettings
from sim.rollouts.episodes import Episode, EpisodeBook
from sim.rollouts.units import Units

Decider = DenoiserNetwork | Head
"""What takes observation vectors."""


@dataclass(frozen=True)
class EvaluationSettings:
    """Episodes with the moving average, beside the training; they do not change it."""

    every: int = 0
    """Updates between two trials; 0: never."""
    worlds: int = 20
    """Played at once."""
    episodes: int = 1
    """Of each world."""
    seed: int = 1_000_000
    """Of the worlds and of the policy's noise: the same at every trial."""
    workers: int = 1
    """Threads or processes that step the worlds."""

    def __post_init__(self) -> None:
        """Refuse trials of nothing, whose mean is none."""
        if self.every < 0 or self.worlds < 1 or self.episodes < 1:
            raise TrainingError(
                f"evaluation: every is {self.every}, worlds {self.worlds}, episodes {self.episodes}: expected 0 or "
                "more, and 1 or more"
            )


@dataclass(frozen=True)
class Score:
    """Means over episodes; better is more success, and among equals more return."""

    success: float
    episode_return: float

    def beats(self, other: "Score | None") -> bool:
        """Return whether this is better."""
        return other is None or (self.success, self.episode_return) > (other.success, other.episode_return)


class Evaluator:
    """Plays episodes with a network; its worlds are made once."""

    def __init__(self, policy: PolicySettings, limits: FittedLimits, settings: EvaluationSettings) -> None:
        """Play the task of `policy`, which `limits` belong to."""
        if policy.vision is not None:
            raise TrainingError(
                "a policy that sees is not tried while it is cloned: leave evaluation out, export it, and try it in "
                "the twin (diffpol demo --model)"
            )
        worlds = policy.definition().worlds(settings.worlds, workers=settings.workers)
        self._environment = VectorEnvironment(worlds, policy.history_steps)
        self._policy, self._settings, self._limits = policy, settings, limits

    @torch.no_grad()
    def score(self, decider: Decider) -> Score:
        """Return how `decider` does; random by the settings' seed alone."""
        episodes = self._play(decider.eval())
        returns, successes = (
            [getattr(episode, name) for episode in episodes] for name in ("total_reward", "succeeded")
        )
        return Score(float(np.mean(successes)), float(np.mean(returns)))

    def close(self) -> None:
        """Let go of the worlds."""
        self._environment.close()

    def _play(self, decider: Decider) -> list[Episode]:
        """Return the first episodes of each world: those that end early do not count for more."""
        environment, settings = self._environment, self._settings
        device = next(decider.parameters()).device
        units = Units(self._limits, self._policy.history_steps, device)
        generator = torch.Generator().manual_seed(settings.seed)
        seen, book = environment.reset(settings.seed), EpisodeBook(settings.worlds)
        episodes: list[Episode] = []
        counts = np.zeros(settings.worlds, np.int64)
        while counts.min() < settings.episodes:
            chunks = decide(self._policy, decider, units.observations(seen), generator)
            transition = environment.step(units.actions(chunks), self._policy.executed_steps)
            for episode in book.note(transition):
                counts[episode.world] += 1
                if counts[episode.world] <= settings.episodes:
                    episodes.append(episode)
            seen = transition.observations
        return episodes


def decide(policy: PolicySettings, decider: Decider, observations: Tensor, generator: torch.Generator) -> Tensor:
    """Return normalised chunks (B, T_p, a) as the policy is used; `decider` is its denoiser or head."""
    if isinstance(decider, Head):
        return decider.best(observations)
    sampler, shape = ChainSampler(policy.diffusion()), (len(observations), *policy.chunk_shape)
    levels = torch.tensor([step.timestep for step in sampler.steps], device=observations.device)
    return sampler.draw(decider.at_steps(levels, observations), shape, observations, generator).samples[-1]
