"""Round after round, from the first or from where it was stopped, to the end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.configuration import first_difference, to_plain
from sim.data.dataset import Dataset
from sim.data.episode import Episode
from sim.demos.rollouts import Player
from sim.demos.source import about_task
from sim.errors import TrainingError
from sim.files import write_whole
from sim.finetune.checkpoints import actor_for, load_base
from sim.improve.arguments import ImproveArguments
from sim.improve.choosing import best
from sim.improve.playing import Length, Played, play
from sim.policy_settings import PolicySettings
from sim.pretrain.arguments import PretrainArguments
from sim.pretrain.run import LAST, pretrain
from sim.rollouts.units import Units
from sim.runs.folder import RunLog
from sim.runs.record import About
from sim.runs.scalars import read_scalars
from sim.scale.cluster import ScaleSettings
from sim.scale.worlds import scaled_worlds
from sim.seeding import step_seed
from sim.tasks.registry import task_named
from sim.tasks.task import GradualTask, SensedTask
from sim.terminal import StopRequest, interrupts_asked

SETTINGS, PLAYED = "settings.json", "played_steps"
VIEWS_STREAM = 5
"""Sets the errors of views apart from what else is drawn from an episode's seed."""


def improve(arguments: ImproveArguments, device: torch.device) -> None:
    """Do all rounds, and say what came of it."""
    policy = load_base(arguments.policy).policy
    task = _gradual(policy, arguments.views)
    _require_same(arguments)
    about = About(policy.task, arguments.method, arguments.seed)
    step, seconds = _logged(arguments.output)
    with interrupts_asked() as stop, RunLog(arguments.output, about, step=step, seconds=seconds) as log:
        finished = _Run(arguments, policy, task, log, device).go(stop)
        log.close("finished" if finished else "stopped")
    if finished:
        print(f"{checkpoint_of(arguments, arguments.rounds)}: after {arguments.rounds} rounds")
    else:
        print("stopped; the same command goes on from there")


def folder_of(arguments: ImproveArguments, number: int) -> Path:
    """Return the folder of a round."""
    return arguments.output / f"round{number}"


def checkpoint_of(arguments: ImproveArguments, number: int) -> Path:
    """Return the policy after round `number`; after none it is the one to begin with."""
    return folder_of(arguments, number) / LAST if number else arguments.policy


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
        rounds = range(1, self.arguments.rounds + 1)
        return all(self._round(number, stop) for number in rounds) and self._play(rounds.stop, stop) is not None

    def _round(self, number: int, stop: StopRequest) -> bool:
        data = folder_of(self.arguments, number) / "best.zarr.zip"
        if not data.exists():
            played = self._play(number, stop)
            if played is None:
                return False
            self._keep(played, data)
        return not stop.asked and pretrain(self._cloning(number, data), self.device)

    def _play(self, number: int, stop: StopRequest) -> list[Played] | None:
        """Return what the policy after `number` - 1 rounds does, note it; None where somebody asked to stop before."""
        arguments, seed, episodes = self.arguments, step_seed(self.arguments.seed, number), self.arguments.episodes
        player, played = self._player(checkpoint_of(arguments, number - 1)), list[Played]()
        seeds = np.random.default_rng(seed).integers(1 << 31, size=episodes)
        noise = torch.Generator().manual_seed(seed)
        scale, length = ScaleSettings(arguments.workers), Length(arguments.limit, arguments.tail)
        with tqdm(total=episodes, unit="episode", desc=f"playing after {number - 1} rounds") as bar:
            for first in range(0, episodes, arguments.worlds):
                if stop.asked:
                    return None
                part = seeds[first : first + arguments.worlds]
                with scaled_worlds(self.policy.task, len(part), None, scale, fast=arguments.fast) as worlds:
                    played += play(worlds, self.task, player, part, length, noise)
                bar.update(len(part))
                bar.set_postfix(succeeded=sum(each.succeeded for each in played))
        self._note(number, played)
        return played

    def _player(self, checkpoint: Path) -> Player:
        base = load_base(checkpoint)
        actor = actor_for(base.network, base.policy, DiffusionActorSettings(base.policy.inference_steps))
        units = Units(base.limits, base.policy.history_steps, self.device)
        return Player(actor.to(self.device).eval(), units, base.policy.history_steps, base.policy.executed_steps, False)

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
        if not views or not isinstance(self.task, SensedTask):
            return episode
        exact = episode.states[0]
        noisy = self.task.views(exact, views, np.random.default_rng([episode.seed, VIEWS_STREAM]))
        return replace(episode, states=np.concatenate([exact[None], noisy]))

    def _note(self, number: int, played: Sequence[Played]) -> None:
        """Write down what the policy that played for the `number`-th time was worth, and what it had learned from."""
        share = sum(each.succeeded for each in played) / len(played)
        before = [each for each in read_scalars(self.arguments.output) if each.name == PLAYED and each.step < number]
        self.log.scalar("environment_steps", sum(each.value for each in before), number)
        self.log.scalar(PLAYED, sum(len(each.episode.actions) for each in played), number)
        self.log.scalar("evaluation/success", share, number)
        tqdm.write(f"after {number - 1} rounds: {share:.1%} of {len(played)} episodes succeed")

    def _cloning(self, number: int, data: Path) -> PretrainArguments:
        arguments = self.arguments
        return replace(
            PretrainArguments(),
            data=data,
            output=folder_of(arguments, number),
            method=arguments.method,
            seed=step_seed(arguments.seed, number),
            policy=self.policy,
            optimiser=arguments.optimiser,
            average=arguments.average,
        )


def _gradual(policy: PolicySettings, views: int) -> GradualTask:
    """Return the task, or refuse what could not be improved in the end."""
    task = task_named(policy.task)
    if not isinstance(task, GradualTask):
        raise TrainingError(f"task {policy.task} does not say how near to success it is: there is no best to choose")
    if views and not isinstance(task, SensedTask):
        raise TrainingError(f"views is {views}, but task {policy.task} knows no noise of sensors: use 0")
    if not policy.is_diffusion or policy.sight is not None:
        raise TrainingError("only diffusion policies that see states can be improved so far")
    return task


def _require_same(arguments: ImproveArguments) -> None:
    """Write down what decides the result, or refuse to go on with a run that was begun otherwise."""
    path = arguments.output / SETTINGS
    plain = to_plain(replace(arguments, rounds=1, workers=1, threads=None))
    if not path.exists():
        with write_whole(path) as unfinished:
            unfinished.write_text(json.dumps(plain, indent=1), encoding="utf-8")
        return
    found = first_difference(json.loads(path.read_text(encoding="utf-8")), json.loads(json.dumps(plain)))
    if found:
        raise TrainingError(
            f"{path}: {found.field} was {found.first}, now {found.second}; name another --output or delete the folder"
        )


def _logged(folder: Path) -> tuple[int, float]:
    """Return the last play that was noted, counted from 1, and the seconds it took to come there."""
    scalars = read_scalars(folder)
    last = max((each.step for each in scalars), default=0)
    return last, max((each.seconds for each in scalars), default=0.0)
