"""Round after round, from the first or from where it was stopped, to the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.dataset import Dataset
from sim.data.episode import Episode
from sim.demos.source import about_task
from sim.errors import TrainingError
from sim.finetune.checkpoints import actor_for, load_base
from sim.improve.arguments import ImproveArguments
from sim.improve.choosing import best
from sim.improve.playing import Length, Played, Player, play
from sim.policy_settings import PolicySettings
from sim.pretrain.arguments import PretrainArguments
from sim.pretrain.run import LAST, pretrain
from sim.rollouts.units import Units
from sim.runs.folder import RunLog
from sim.runs.record import About
from sim.runs.scalars import read_scalars
from sim.scale.cluster import ScaleSettings
from sim.scale.worlds import scaled_worlds
from sim.tasks.registry import task_named
from sim.tasks.task import GradualTask, SensedTask
from sim.terminal import StopRequest, interrupts_asked

SEED_STRIDE = 1_000_003
VIEWS_STREAM = 5
"""Sets the errors of views apart from what else is drawn from an episode's seed."""


def improve(arguments: ImproveArguments, device: torch.device) -> None:
    """Do all rounds, and say what came of it."""
    policy = load_base(arguments.policy).policy
    task = _gradual(policy)
    log_step, seconds = _logged(arguments.output)
    about = About(policy.task, arguments.method, arguments.seed)
    with interrupts_asked() as stop, RunLog(arguments.output, about, step=log_step, seconds=seconds) as log:
        run = _Run(arguments, policy, task, log, device)
        log.close("finished" if run.go(stop) else "stopped")


@dataclass
class _Run:
    """All rounds of one run; what a round leaves is in the folder of its number."""

    arguments: ImproveArguments
    policy: PolicySettings
    task: GradualTask
    log: RunLog
    device: torch.device

    def go(self, stop: StopRequest) -> bool:
        """Return whether all is done; else somebody asked to stop."""
        for number in range(1, self.arguments.rounds + 1):
            if not self._round(number, stop):
                print("stopped; the same command goes on from there")
                return False
        played = self._play(self.arguments.rounds + 1, stop)
        if played is None:
            return False
        self._note(self.arguments.rounds, played)
        print(f"{self._checkpoint(self.arguments.rounds)}: after {self.arguments.rounds} rounds")
        return True

    def _round(self, number: int, stop: StopRequest) -> bool:
        data = self._folder(number) / "best.zarr.zip"
        if not data.exists():
            played = self._play(number, stop)
            if played is None:
                return False
            self._note(number - 1, played)
            self._keep(played, data)
        arguments = self._cloning(number, data)
        last = arguments.output / LAST
        if not last.exists() or Checkpoint.load(last, "pretrain").step < arguments.optimiser.duration:
            pretrain(arguments, self.device)
        return Checkpoint.load(last, "pretrain").step >= arguments.optimiser.duration

    def _play(self, number: int, stop: StopRequest) -> list[Played] | None:
        """Return what the policy before round `number` does in new episodes; None where somebody asked to stop."""
        arguments, seed, episodes = self.arguments, self.arguments.seed * SEED_STRIDE + number, self.arguments.episodes
        player, played = self._player(self._checkpoint(number - 1)), list[Played]()
        seeds = np.random.default_rng(seed).integers(1 << 31, size=episodes)
        noise = torch.Generator().manual_seed(seed)
        scale, length = ScaleSettings(arguments.workers), Length(arguments.limit, arguments.tail)
        with tqdm(total=episodes, unit="episode", desc=f"round {number}") as bar:
            for first in range(0, episodes, arguments.worlds):
                part = seeds[first : first + arguments.worlds]
                with scaled_worlds(self.policy.task, len(part), None, scale, fast=arguments.fast) as worlds:
                    played += play(worlds, self.task, player, part, length, noise)
                bar.update(len(part))
                bar.set_postfix(succeeded=sum(each.succeeded for each in played))
                if stop.asked:
                    return None
        return played

    def _player(self, checkpoint: Path) -> Player:
        base = load_base(checkpoint)
        actor = actor_for(base.network, base.policy, DiffusionActorSettings(base.policy.inference_steps))
        units = Units(base.limits, base.policy.history_steps, self.device)
        return Player(actor.to(self.device).eval(), units, base.policy.history_steps, base.policy.executed_steps)

    def _keep(self, played: Sequence[Played], data: Path) -> None:
        """Write the best ones, in the order of their seeds."""
        chosen = sorted(best(played, self.arguments.share), key=lambda each: each.episode.seed)
        recipe = {
            "share": self.arguments.share,
            "views": self.arguments.views,
            "of": len(played),
            "policy": to_plain(self.policy),
        }
        about = about_task(task_named(self.policy.task), "python -m sim.improve", recipe)
        data.parent.mkdir(parents=True, exist_ok=True)
        Dataset.join([self._as_seen(each.episode) for each in chosen], about).save(data)

    def _as_seen(self, episode: Episode) -> Episode:
        """Return the episode with noisy views of it beside the exact one."""
        views = self.arguments.views
        if not views:
            return episode
        if not isinstance(self.task, SensedTask):
            raise TrainingError(f"views is {views}, but task {self.policy.task} knows no noise of sensors: use 0")
        exact = episode.states[0]
        noisy = self.task.views(exact, views, np.random.default_rng([episode.seed, VIEWS_STREAM]))
        return replace(episode, states=np.concatenate([exact[None], noisy]))

    def _note(self, round_number: int, played: Sequence[Played]) -> None:
        """Write down what the policy after that round was worth."""
        share = sum(each.succeeded for each in played) / len(played)
        steps = sum(len(each.episode.actions) for each in played)
        self.log.scalar("environment_steps", self._steps_before(round_number) + steps, round_number)
        self.log.scalar("evaluation/success", share, round_number)
        tqdm.write(f"after {round_number} rounds: {share:.1%} of {len(played)} episodes succeed")

    def _steps_before(self, round_number: int) -> int:
        steps = [each for each in read_scalars(self.arguments.output) if each.name == "environment_steps"]
        return int(max((each.value for each in steps if each.step < round_number), default=0.0))

    def _cloning(self, number: int, data: Path) -> PretrainArguments:
        arguments = self.arguments
        return replace(
            PretrainArguments(),
            data=data,
            output=self._folder(number),
            method=arguments.method,
            seed=arguments.seed * SEED_STRIDE + number,
            policy=self.policy,
            optimiser=arguments.optimiser,
            average=arguments.average,
        )

    def _folder(self, number: int) -> Path:
        return self.arguments.output / f"round{number}"

    def _checkpoint(self, number: int) -> Path:
        """Return the policy after round `number`; after none it is the one to begin with."""
        return self._folder(number) / LAST if number else self.arguments.policy


def _gradual(policy: PolicySettings) -> GradualTask:
    task = task_named(policy.task)
    if not isinstance(task, GradualTask):
        raise TrainingError(f"task {policy.task} does not say how near to success it is: there is no best to choose")
    if not policy.is_diffusion or policy.sight is not None:
        raise TrainingError("only diffusion policies that see states can be improved so far")
    return task


def _logged(folder: Path) -> tuple[int, float]:
    """Return the last round that was noted, and the seconds it took to come there."""
    scalars = read_scalars(folder) if folder.exists() else []
    return (scalars[-1].step, scalars[-1].seconds) if scalars else (0, 0.0)
