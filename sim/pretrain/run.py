"""One training from its first update, or from its checkpoint, to its end."""

import copy
import math

import torch
from torch import Tensor
from tqdm import tqdm

from sim.algorithms.bc import BehaviourCloning
from sim.algorithms.cloning_losses import decider_of
from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.errors import TrainingError
from sim.pretrain.arguments import PretrainArguments
from sim.pretrain.evaluation import Evaluator, Score
from sim.runs.folder import RunLog
from sim.runs.record import About
from sim.terminal import StopRequest, interrupts_asked

LAST, BEST = "checkpoint.pt", "best.pt"
"""Files of the run's folder: what it goes on from, and the best one of those that were tried."""


def pretrain(arguments: PretrainArguments, device: torch.device) -> bool:
    """Train, say what came of it, and return whether it is finished; else somebody asked to stop."""
    cloning = BehaviourCloning(arguments.settings, Dataset.load(arguments.data), device)
    last = arguments.output / LAST
    if last.exists():
        cloning.resume(Checkpoint.load(last, "pretrain"), last)
        print(f"{last}: going on after update {cloning.step}")
    about = About(arguments.policy.task, arguments.method, arguments.seed)
    with (
        interrupts_asked() as stop,
        RunLog(arguments.output, about, step=cloning.step, seconds=cloning.seconds) as log,
    ):
        _Run(cloning, arguments, log).go(stop)
        log.close("finished" if cloning.finished else "stopped")
    print(f"{last}: update {cloning.step} of {cloning.updates}, {cloning.seconds:.0f} s")
    if not cloning.finished:
        print("stopped; the same command goes on from there")
    return cloning.finished


class _Run:
    """A training with its log, its checkpoints and its trials."""

    def __init__(self, cloning: BehaviourCloning, arguments: PretrainArguments, log: RunLog) -> None:
        self._cloning, self._arguments, self._log = cloning, arguments, log
        trials = arguments.evaluation
        self._evaluator = Evaluator(arguments.policy, cloning.limits, trials) if trials.every else None
        self._best = self._earlier_best()

    def go(self, stop: StopRequest) -> None:
        """Train until all is done or somebody asks to stop; the checkpoint is then written in any case."""
        cloning, arguments = self._cloning, self._arguments
        loss = torch.zeros(())
        with tqdm(total=cloning.updates, initial=cloning.step, unit="update", desc="pre-training") as bar:
            while not cloning.finished and not stop.asked:
                loss = cloning.update()
                bar.update()
                if self._is_time(arguments.log_every):
                    bar.set_postfix(loss=f"{self._note(loss):.4f}")
                if self._evaluator and self._is_time(arguments.evaluation.every):
                    self._try(self._evaluator)
                if self._is_time(arguments.save_every):
                    self._save(loss)
        if not self._is_time(arguments.save_every):
            self._save(loss)

    def _is_time(self, every: int) -> bool:
        return self._cloning.step % every == 0

    def _note(self, loss: Tensor) -> float:
        """Write scalars."""
        value = self._finite(loss)
        self._log.scalar("loss", value, self._cloning.step)
        self._log.scalar("learning_rate", self._cloning.learning_rate, self._cloning.step)
        return value

    def _save(self, loss: Tensor) -> None:
        """Write the checkpoint, unless what it would hold is spoilt: by a loss, or by the step that followed it."""
        self._finite(loss)
        for name, weights in self._cloning.network.named_parameters():
            if not bool(torch.isfinite(weights).all()):
                raise TrainingError(self._spoilt(f"{name} is not finite after update {self._cloning.step}"))
        self._cloning.checkpoint().save(self._arguments.output / LAST)

    def _finite(self, loss: Tensor) -> float:
        value = float(loss)
        if not math.isfinite(value):
            raise TrainingError(self._spoilt(f"the loss of update {self._cloning.step} is {value}"))
        return value

    def _spoilt(self, what: str) -> str:
        return (
            f"{what}: lower optimiser.learning-rate.greatest, or look for outliers in {self._arguments.data}; the last "
            "checkpoint is from before"
        )

    def _try(self, evaluator: Evaluator) -> None:
        """Try the moving average, and keep the best."""
        cloning = self._cloning
        network = copy.deepcopy(cloning.network)
        network.load_state_dict(cloning.average.weights)
        score = evaluator.score(decider_of(network))
        self._log.scalar("evaluation/success", score.success, cloning.step)
        self._log.scalar("evaluation/return", score.episode_return, cloning.step)
        if score.beats(self._best):
            self._best = score
            kept = {"success": score.success, "episode_return": score.episode_return}
            cloning.checkpoint(score=kept).save(self._arguments.output / BEST)

    def _earlier_best(self) -> Score | None:
        """Return what the best of before the stop has reached."""
        path = self._arguments.output / BEST
        if not self._cloning.step or not path.exists():
            return None
        return Score(**Checkpoint.load(path, "pretrain").state["score"])
