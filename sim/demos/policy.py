"""python -m sim.demos policy: a trained policy acts, and all that it does is written down.

D4RL's medium sets are this: a policy of about a third of an expert's return acts, with its noise, falls included. With
`successes`, only what succeeded stays, up to that moment: what a policy of little skill did by luck is what a better
one learns from. Which policy it is decides what there is to learn: its file's sha256 goes along.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.checkpoints import Checkpoint
from sim.data.about import About
from sim.data.episode import Episode
from sim.demos.rollouts import NotedWorlds, Player, play
from sim.demos.source import about_task
from sim.errors import DatasetError
from sim.finetune.checkpoints import Finetuned, actor_for, finetuned_of, load_base
from sim.rollouts.units import Units
from sim.tasks.registry import task_named


@dataclass(frozen=True)
class ActingSettings:
    """How it acts, and what of that stays."""

    exploring: bool = True
    """Whether with the noise of training."""
    successes: bool = False
    """Whether an episode ends with success, and is left out without."""


@dataclass(frozen=True)
class Recipe:
    """What decides the numbers, apart from seeds."""

    policy_sha256: str
    acting: ActingSettings


@dataclass(frozen=True)
class PolicyDemonstrations:
    """Record what a trained policy does."""

    task: str = "hopper"
    """What it was trained for."""
    policy: Path | None = None
    """Checkpoint of `python -m sim.pretrain` or `sim.finetune`; none: results/TASK/medium/checkpoint.pt."""
    file: Path | None = None
    """File to write; none: results/TASK/demonstrations.zarr.zip."""
    episodes: int = 500
    """Episodes to attempt."""
    seed: int = 0
    """Of the first episode; each next one takes the next number."""
    acting: ActingSettings = field(default_factory=ActingSettings)
    """How it acts."""

    @property
    def output(self) -> Path:
        """File to write, *.zarr.zip."""
        return self.file or Path("results") / self.task / "demonstrations.zarr.zip"

    @property
    def checkpoint(self) -> Path:
        """Who acts."""
        return self.policy or Path("results") / self.task / "medium" / "checkpoint.pt"

    def about(self) -> About:
        """Return what the file says of itself."""
        recipe = Recipe(self._digest(), self.acting)
        return about_task(task_named(self.task), "python -m sim.demos policy", recipe)

    def record(self, seeds: Sequence[int]) -> Iterator[Episode | None]:
        """Yield an episode for each seed, in order; None where success is asked for and did not come."""
        task, player = task_named(self.task), self._player()
        worlds = NotedWorlds(task.worlds(1), task.action_limits)
        try:
            for seed in seeds:
                yield play(worlds, player, seed, successes=self.acting.successes)
        finally:
            worlds.close()

    def _digest(self) -> str:
        """Return the policy's sha256; of none, nothing: `record` will say so."""
        return hashlib.sha256(self.checkpoint.read_bytes()).hexdigest() if self.checkpoint.is_file() else ""

    def _player(self) -> Player:
        if not self.checkpoint.is_file():
            raise DatasetError(
                f"{self.checkpoint}: does not exist; name one with --policy, or train it with "
                f"`python -m sim.finetune {self.task}_medium`"
            )
        found = _load(self.checkpoint)
        if found.task != self.task:
            raise DatasetError(f"{self.checkpoint}: was trained for {found.task}, not for {self.task}")
        if found.policy.sight is not None:
            raise DatasetError(f"{self.checkpoint}: looks through cameras, which are not recorded here")
        units = Units(found.limits, found.policy.history_steps, torch.device("cpu"))
        return Player(
            found.actor, units, found.policy.history_steps, found.policy.executed_steps, self.acting.exploring
        )


def _load(path: Path) -> Finetuned:
    """Return a policy of either kind; one that was only cloned explores as the defaults say."""
    checkpoint = Checkpoint.load(path)
    if checkpoint.kind == "finetune":
        return finetuned_of(checkpoint, path)
    base = load_base(path)
    actor = actor_for(base.network, base.policy, DiffusionActorSettings(base.policy.inference_steps))
    return Finetuned(actor.eval(), base.policy, base.limits, base.policy.task)
