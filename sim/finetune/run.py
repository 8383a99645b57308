"""One fine-tuning from its first iteration, or from its checkpoint, to its end."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from tqdm import tqdm

from sim.checkpoints import Checkpoint
from sim.envs.progress import ProgressWorlds
from sim.envs.worlds import Worlds
from sim.errors import TrainingError
from sim.finetune.arguments import FinetuneArguments
from sim.finetune.settings import FinetuneSettings
from sim.finetune.tuner import FineTuner, Iteration, mean_return
from sim.optimisation.learning_rate import learning_rate
from sim.runs.folder import RunLog
from sim.runs.record import About
from sim.scale.cluster import ScaleSettings
from sim.scale.worlds import scaled_worlds
from sim.tasks.furniture import FurnitureTask
from sim.tasks.registry import TASKS, task_named
from sim.tasks.task import GradualTask
from sim.terminal import StopRequest, interrupts_asked

LAST = "checkpoint.pt"
"""File of the run's folder that it goes on from."""


def finetune(arguments: FinetuneArguments, device: torch.device) -> FineTuner:
    """Fine-tune, and say what came of it."""
    _require_worlds(arguments.scratch.task)
    base = arguments.base()
    settings = arguments.settings(base.policy)
    with worlds_of(base.policy.task, settings, arguments.scale) as worlds:
        tuner = FineTuner(settings, base, worlds, device)
        last = arguments.output / LAST
        if last.exists():
            tuner.resume(Checkpoint.load(last, "finetune"), last)
            print(f"{last}: going on after iteration {tuner.step}")
        about = About(base.policy.task, arguments.method, arguments.seed)
        with (
            interrupts_asked() as stop,
            RunLog(arguments.output, about, step=tuner.step, seconds=tuner.seconds) as log,
        ):
            _Run(tuner, arguments, log).go(stop)
            log.close("finished" if tuner.finished else "stopped")
    print(f"{last}: iteration {tuner.step} of {settings.dppo.iterations}, {tuner.seconds:.0f} s")
    if not tuner.finished:
        print("stopped; the same command goes on from there")
    return tuner


@contextmanager
def worlds_of(name: str, settings: FinetuneSettings, scale: ScaleSettings) -> Iterator[Worlds]:
    """Give the worlds of a fine-tuning in the task called `name`; they pay for progress if that has a weight."""
    task, weight = task_named(name), settings.progress
    potential = task.potential if isinstance(task, GradualTask) else None
    if weight and potential is None:
        raise TrainingError(f"progress is {weight}, but task {name} does not say how near to success it is: use 0")
    with scaled_worlds(name, settings.worlds, settings.randomisation, scale, fast=settings.fast) as worlds:
        yield ProgressWorlds(worlds, potential, weight) if weight and potential else worlds


def _require_worlds(task: str) -> None:
    """Refuse a task without worlds before anything is read."""
    if task not in TASKS:
        raise TrainingError(
            f"task {task} has no worlds here, only data of it can be imported: what worlds are made of is in "
            f"sim/tasks/task.py and sim/envs/worlds.py; tasks that have some: {', '.join(sorted(TASKS))}"
        )
    wanted = TASKS[task]
    if isinstance(wanted, FurnitureTask):
        wanted.require_simulator()


class _Run:
    """A fine-tuning with its log and its checkpoints."""

    def __init__(self, tuner: FineTuner, arguments: FinetuneArguments, log: RunLog) -> None:
        self._tuner, self._arguments, self._log = tuner, arguments, log

    def go(self, stop: StopRequest) -> None:
        """Go on until all is done or somebody asks to stop; the checkpoint is then written in any case."""
        tuner = self._tuner
        saved = tuner.step
        total = tuner.settings.dppo.iterations
        with tqdm(total=total, initial=tuner.step, unit="iteration", desc="fine-tuning") as bar:
            while not tuner.finished and not stop.asked:
                bar.set_postfix_str(self._note(tuner.iterate()))
                bar.update()
                if tuner.step % self._arguments.save_every == 0:
                    saved = self._save()
        if saved != tuner.step:
            self._save()

    def _save(self) -> int:
        self._tuner.checkpoint().save(self._arguments.output / LAST)
        return self._tuner.step

    def _note(self, done: Iteration) -> str:
        """Write scalars, and return what the bar shows."""
        tuner = self._tuner
        self._log.scalar("environment_steps", tuner.environment_steps, tuner.step)
        self._log.scalar("updates", tuner.gradient_steps, tuner.step)
        if done.trial:
            self._log.scalar("evaluation/return", done.trial.returns.mean, tuner.step)
            self._log.scalar("evaluation/success", done.trial.success, tuner.step)
            tqdm.write(f"iteration {tuner.step - 1}: {done.trial}")
            return str(done.trial)
        return self._note_learning(done)

    def _note_learning(self, done: Iteration) -> str:
        tuner, progress = self._tuner, done.progress
        if progress is None:
            return ""
        scalars = {
            "loss/policy": progress.policy_loss,
            "loss/value": progress.value_loss,
            "kl": progress.divergence,
            "clipped": progress.clipped,
            "ratio": progress.ratio,
            "explained_variance": progress.explained_variance,
            **self._rates(),
        }
        if done.earned is not None:
            scalars["earned"] = float(done.earned.mean())
            scalars["rewarded"] = float((done.earned > 0.0).mean())
        if done.episodes:
            scalars["episode_return"] = mean_return(done.episodes)
            scalars["success"] = sum(episode.succeeded for episode in done.episodes) / len(done.episodes)
        for name, value in scalars.items():
            self._log.scalar(name, value, tuner.step)
        return f"return {mean_return(done.episodes):.4g}, kl {progress.divergence:.2g}, value {progress.value_loss:.2g}"

    def _rates(self) -> dict[str, float]:
        """Return the learning rates of the iteration that is done."""
        dppo, iteration = self._tuner.settings.dppo, self._tuner.step - 1
        taught = max(0, iteration - dppo.critic_warm_up)
        return {
            "learning_rate/actor": learning_rate(dppo.actor_rate, taught, dppo.iterations),
            "learning_rate/critic": learning_rate(dppo.critic_rate, iteration, dppo.iterations),
        }
