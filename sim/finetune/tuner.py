"""The state of a fine-tuning: one iteration at a time, and going on after a stop."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sim.algorithms.dppo import Dppo
from sim.algorithms.progress import Progress
from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.limits import plain_limits
from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Worlds
from sim.finetune.checkpoints import Base, actor_for
from sim.finetune.seeing import critic_of, packing_of, require_one_sight
from sim.finetune.settings import FinetuneSettings
from sim.finetune.trials import Trial, play
from sim.rollouts.collect import Collector
from sim.rollouts.episodes import Episode
from sim.rollouts.lesson import Lesson
from sim.rollouts.units import Units
from sim.seeding import step_seed


@dataclass(frozen=True)
class Iteration:
    """What one iteration brought: a trial, or what worlds earned, episodes that ended, what was learnt from all chunks.

    earned: (N,), the sum of each world's raw rewards, whether its episodes ended or not.
    """

    trial: Trial | None = None
    earned: NDArray[np.float32] | None = None
    episodes: Sequence[Episode] = ()
    progress: Progress | None = None


class FineTuner:
    """Actor, critic and worlds of one run.

    All randomness of iteration n comes from (seed, n). Unless the settings say otherwise, episodes go on from one
    iteration to the next; after a trial and after a stop they begin anew. So a run that was stopped right before a
    trial goes on as if it had not been; one that was stopped elsewhere loses its unfinished episodes, no more.
    """

    def __init__(self, settings: FinetuneSettings, base: Base, worlds: Worlds, device: torch.device) -> None:
        """Begin at iteration 0, with `base` in `worlds`; it is as `settings.policy` says."""
        policy = settings.policy
        require_one_sight(settings)
        self.settings, self.limits, self.step, self.seconds = settings, base.limits, 0, 0.0
        self.environment_steps, self.gradient_steps = 0, 0
        self.actor = actor_for(base.network, policy, settings.actor).to(device)
        torch.manual_seed(settings.seed)
        self.critic = critic_of(settings).to(device)
        self.dppo = Dppo(self.actor, self.critic, settings.dppo, settings.worlds)
        self._environment = VectorEnvironment(
            worlds, policy.history_steps, policy.sight, until_success=settings.until_success, deadline=settings.deadline
        )
        self._units = Units(base.limits, policy.history_steps, device, packing_of(policy))
        self._collector = Collector(self._environment, self.actor, self._units, policy.executed_steps)
        self._begun = False

    @property
    def finished(self) -> bool:
        """Return whether all iterations are done."""
        return self.step >= self.settings.dppo.iterations

    @property
    def next_is_trial(self) -> bool:
        """Return whether the next iteration is a trial."""
        every = self.settings.trials.every
        return every > 0 and self.step % every == 0

    @property
    def _trials_so_far(self) -> int:
        every = self.settings.trials.every
        return math.ceil(self.step / every) if every > 0 else 0

    def iterate(self) -> Iteration:
        """Do one iteration: a trial where it is time, else act and learn."""
        start = time.monotonic()
        self.actor.eval()
        done = self._try() if self.next_is_trial else self._learn()
        self.step += 1
        self.seconds += time.monotonic() - start
        return done

    def _try(self) -> Iteration:
        self._begun = False
        steps, settings = self.settings.policy.executed_steps, self.settings.trials
        return Iteration(Trial.of(play(self._environment, self.actor, self._units, steps, settings)))

    def _learn(self) -> Iteration:
        seed = step_seed(self.settings.seed, self.step)
        generator = torch.Generator().manual_seed(seed)
        if not self._begun or self.settings.begin_anew:
            self._collector.begin(seed)
            self._begun = True
        rollout = self._collector.collect(self.settings.dppo.chunks, generator, self.step)
        progress = self.dppo.learn(rollout, self.step, generator, self.step - self._trials_so_far)
        self.environment_steps += rollout.actions
        self.gradient_steps += progress.gradient_steps
        earned = rollout.chunks.rewards.sum(0).cpu().numpy()
        return Iteration(earned=earned, episodes=rollout.episodes, progress=progress)

    def lesson(self, seed: int) -> Lesson:
        """Return what an iteration that begins anew with `seed` would teach, until the next one; nothing is learned."""
        generator = torch.Generator().manual_seed(seed)
        self._collector.begin(seed)
        self._begun = False
        return self.dppo.lesson(self._collector.collect(self.settings.dppo.chunks, generator, self.step), 0, generator)

    def checkpoint(self) -> Checkpoint:
        """Return all that is needed to go on, to evaluate and to export."""
        counts = {"environment_steps": self.environment_steps, "gradient_steps": self.gradient_steps}
        return Checkpoint(
            "finetune",
            self.step,
            self.seconds,
            to_plain(self.settings),
            plain_limits(self.limits),
            {"actor": self.actor.state_dict(), "critic": self.critic.state_dict()},
            {**self.dppo.state(), **counts},
        )

    def resume(self, checkpoint: Checkpoint, source: Path) -> None:
        """Go on from a checkpoint of the same settings; `source` names it in errors."""
        checkpoint.require_same(self.settings, plain_limits(self.limits), source)
        self.actor.load_state_dict(checkpoint.part("actor", source))
        self.critic.load_state_dict(checkpoint.part("critic", source))
        self.dppo.load_state(checkpoint.state)
        self.step, self.seconds = checkpoint.step, checkpoint.seconds
        self.environment_steps = checkpoint.state["environment_steps"]
        self.gradient_steps = checkpoint.state["gradient_steps"]
        self._begun = False


def mean_return(episodes: Sequence[Episode]) -> float:
    """Return the mean return of episodes; NaN where none has ended."""
    return float(np.mean([episode.total_reward for episode in episodes])) if episodes else float("nan")
