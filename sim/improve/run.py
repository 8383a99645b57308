"""Round after round, from the first or from where it was stopped, to the end."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
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
from sim.envs.worlds import Seeds, Worlds
from sim.errors import TrainingError
from sim.files import write_whole
from sim.finetune.checkpoints import actor_for, load_base
from sim.improve.arguments import ImproveArguments
from sim.improve.choosing import best
from sim.improve.playing import Length, Played, Session, play
from sim.improve.starts import Hardness, hard_seeds
from sim.optimisation.settings import OptimiserSettings
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
from sim.tasks.task import GradualTask, PushedTask, SensedTask
from sim.terminal import StopRequest, interrupts_asked

SETTINGS, PLAYED, WORTH = "settings.json", "played_steps", "evaluation/success"
VIEWS_STREAM = 5
"""Sets the errors of views apart from what else is drawn from an episode's seed."""
PUSHES_STREAM = 6
"""Sets episodes with pushes apart from those of the same round without."""


def improve(arguments: ImproveArguments, device: torch.device) -> None:
    """Do all rounds, and say what came of it."""
    policy = load_base(arguments.policy).policy
    task = _gradual(policy, arguments.views)
    if arguments.pushed.first_round <= arguments.rounds and not isinstance(task, PushedTask):
        raise TrainingError(
            f"task {policy.task} knows no pushes: use --pushed.first-round {arguments.rounds + 1}, beyond the last one"
        )
    _require_same(arguments)
    about = About(policy.task, arguments.method, arguments.seed)
    step, seconds = _logged(arguments)
    with interrupts_asked() as stop, RunLog(arguments.output, about, step=step, seconds=seconds) as log:
        finished = _Run(arguments, policy, task, log, step, device).go(stop)
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


def data_of(arguments: ImproveArguments, number: int) -> Path:
    """Return the data set that round `number` learns from."""
    return folder_of(arguments, number) / "best.zarr.zip"


@dataclass
class _Run:
    """All rounds of one run; what a round leaves is in the folder of its number."""

    arguments: ImproveArguments
    policy: PolicySettings
    task: GradualTask
    log: RunLog
    noted: int
    device: torch.device

    def go(self, stop: StopRequest) -> bool:
        """Return whether all is done; else somebody asked to stop."""
        rounds = range(1, self.arguments.rounds + 1)
        if not all(self._round(number, stop) for number in rounds):
            return False
        if self.noted == rounds.stop:
            return True
        last = self._play(self._as_used(rounds.stop), stop)
        if last is not None:
            self._note(rounds.stop, last, [])
        return last is not None

    def _round(self, number: int, stop: StopRequest) -> bool:
        data = data_of(self.arguments, number)
        if not data.exists():
            chosen = self._chosen(number, stop)
            if chosen is None:
                return False
            self._keep(number, chosen, data)
        return not stop.asked and pretrain(self._cloning(number, data), self.device)

    def _chosen(self, number: int, stop: StopRequest) -> list[Played] | None:
        """Return what is learned from in a round; None where somebody asked to stop before."""
        played, more, pushed = self._play(self._as_used(number), stop), list[Played](), self._is_pushed(number)
        if played is not None and pushed:
            more = self._play(self._with_pushes(number, played), stop)
        if played is None or more is None:
            return None
        self._note(number, played, more)
        return best(played + more, 1.0 if pushed else self.arguments.share)

    def _is_pushed(self, number: int) -> bool:
        return self.arguments.pushed.first_round <= number

    def _as_used(self, number: int) -> Session:
        """Return what shows how good the policy is that comes into a round."""
        arguments, seed = self.arguments, step_seed(self.arguments.seed, number)
        player, length = self._player(checkpoint_of(arguments, number - 1)), Length(arguments.limit, arguments.tail)
        return Session(f"playing after {number - 1} rounds", player, _seeds(seed, arguments.episodes), seed, length)

    def _with_pushes(self, number: int, played: Sequence[Played]) -> Session:
        """Return what shows how the same policy comes back to its way; `played`: what it did without pushes."""
        used, settings, task = self._as_used(number), self.arguments.pushed, self.task
        assert isinstance(task, PushedTask)
        random = np.random.default_rng([used.noise, PUSHES_STREAM])
        seed = int(random.integers(1 << 62))
        with self._worlds(self.arguments.worlds) as worlds:
            hard = hard_seeds(worlds, Hardness(played), settings.hard, random)
        return Session(
            "and with pushes",
            replace(used.player, executed_steps=min(settings.executed_steps, used.player.executed_steps)),
            np.concatenate([_seeds(seed, settings.episodes), hard]),
            seed,
            Length(settings.limit, self.arguments.tail),
            partial(task.pushed, random=random),
        )

    def _play(self, session: Session, stop: StopRequest) -> list[Played] | None:
        """Return all its episodes; None where somebody asked to stop before."""
        played, at_once, noise = list[Played](), self.arguments.worlds, torch.Generator().manual_seed(session.noise)
        with tqdm(total=len(session.seeds), unit="episode", desc=session.title) as bar:
            for first in range(0, len(session.seeds), at_once):
                if stop.asked:
                    return None
                part = session.seeds[first : first + at_once]
                with self._worlds(len(part)) as worlds:
                    played += play(worlds, self.task, session.player, part, session.length, noise, session.pushes)
                bar.update(len(part))
                bar.set_postfix(succeeded=sum(each.succeeded for each in played))
        return played

    def _worlds(self, count: int) -> AbstractContextManager[Worlds]:
        scale = ScaleSettings(self.arguments.workers)
        return scaled_worlds(self.policy.task, count, None, scale, fast=self.arguments.fast)

    def _player(self, checkpoint: Path) -> Player:
        base = load_base(checkpoint)
        actor = actor_for(base.network, base.policy, DiffusionActorSettings(base.policy.inference_steps))
        units = Units(base.limits, base.policy.history_steps, self.device)
        return Player(actor.to(self.device).eval(), units, base.policy.history_steps, base.policy.executed_steps, False)

    def _keep(self, number: int, chosen: Sequence[Played], data: Path) -> None:
        """Write them, in the order of their seeds."""
        episodes = [each.episode for each in sorted(chosen, key=lambda each: each.episode.seed)]
        recipe = {
            "round": number,
            "share": self.arguments.share,
            "views": self.arguments.views,
            "pushed": to_plain(self.arguments.pushed) if self._is_pushed(number) else None,
            "policy": to_plain(self.policy),
        }
        about = about_task(task_named(self.policy.task), "python -m sim.improve", recipe)
        data.parent.mkdir(parents=True, exist_ok=True)
        Dataset.join([self._as_seen(each) for each in episodes], about).save(data)

    def _as_seen(self, episode: Episode) -> Episode:
        """Return the episode with noisy views of it beside the exact one."""
        views = self.arguments.views
        if not views or not isinstance(self.task, SensedTask):
            return episode
        exact = episode.states[0]
        noisy = self.task.views(exact, views, np.random.default_rng([episode.seed, VIEWS_STREAM]))
        return replace(episode, states=np.concatenate([exact[None], noisy]))

    def _note(self, number: int, played: Sequence[Played], more: Sequence[Played]) -> None:
        """Write down what the policy that played for the `number`-th time was worth, and what it had learned from.

        `more`: what it did with pushes, which says little of its worth.
        """
        share = sum(each.succeeded for each in played) / len(played)
        before = [each for each in read_scalars(self.arguments.output) if each.name == PLAYED and each.step < number]
        self.log.scalar("environment_steps", sum(each.value for each in before), number)
        self.log.scalar(PLAYED, sum(len(each.episode.actions) for each in [*played, *more]), number)
        self.log.scalar(WORTH, share, number)
        pushed = f", {sum(each.succeeded for each in more) / len(more):.1%} of {len(more)} with pushes" if more else ""
        tqdm.write(f"after {number - 1} rounds: {share:.1%} of {len(played)} episodes succeed{pushed}")

    def _optimiser(self, number: int) -> OptimiserSettings:
        settings, pushed = self.arguments.optimiser, self.arguments.pushed
        return replace(settings, duration=pushed.duration) if self._is_pushed(number) else settings

    def _cloning(self, number: int, data: Path) -> PretrainArguments:
        arguments = self.arguments
        return replace(
            PretrainArguments(),
            data=data,
            output=folder_of(arguments, number),
            method=arguments.method,
            seed=step_seed(arguments.seed, number),
            policy=self.policy,
            optimiser=self._optimiser(number),
            average=arguments.average,
        )


def _seeds(seed: int, count: int) -> Seeds:
    return np.random.default_rng(seed).integers(1 << 31, size=count)


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


def _logged(arguments: ImproveArguments) -> tuple[int, float]:
    """Return the last round that chose what it learns from, and the seconds it took to come there.

    What was noted after it will be played, and noted, again; but where all is done, it is the one after the last.
    """
    rounds, noted = 0, read_scalars(arguments.output)
    while data_of(arguments, rounds + 1).exists():
        rounds += 1
    if rounds == arguments.rounds and any((each.name, each.step) == (WORTH, rounds + 1) for each in noted):
        rounds += 1
    return rounds, max((each.seconds for each in noted if each.step <= rounds), default=0.0)
