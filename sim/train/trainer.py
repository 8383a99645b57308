"""The training loop's state: one update at a time, resumable to the bit."""

import math
import time
from pathlib import Path

import torch

from sim.data.dataset import Dataset
from sim.data.limits import fit, plain_limits
from sim.diffusion.process import DiffusionProcess
from sim.errors import CheckpointError
from sim.train.checkpoint import Checkpoint
from sim.train.ema import MovingAverage
from sim.train.settings import OptimiserSettings, TrainSettings
from sim.train.windows import Windows

OPTIMISER_GRADIENT_NORM = 1.0


def learning_rate(settings: OptimiserSettings, step: int) -> float:
    """Return the rate of update `step`: linear warm-up, then half a cosine."""
    if step < settings.warm_up:
        return settings.learning_rate * (step + 1) / settings.warm_up
    progress = (step - settings.warm_up) / max(1, settings.updates - settings.warm_up)
    share = 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))
    return settings.final_learning_rate + share * (settings.learning_rate - settings.final_learning_rate)


class Trainer:
    """Network, optimiser, moving average and data of one run.

    All randomness of update n comes from (seed, n), so that a resumed run continues the same curve.
    """

    def __init__(self, settings: TrainSettings, dataset: Dataset, device: torch.device) -> None:
        """Begin at update 0."""
        policy = settings.policy
        self.settings = settings
        self.step = 0
        self.seconds = 0.0
        self.limits = fit(dataset, policy.observation(), policy.action())
        self._windows = Windows(dataset, self.limits, policy.history_steps, policy.predicted_steps, device)
        torch.manual_seed(settings.seed)
        self.network = policy.build().to(device)
        self._process = DiffusionProcess(policy.diffusion()).to(device)
        self._average = MovingAverage(self.network, settings.optimiser.average_decay)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=0.0, weight_decay=settings.optimiser.weight_decay, betas=(0.95, 0.999)
        )

    @property
    def finished(self) -> bool:
        """Return whether all updates are done."""
        return self.step >= self.settings.optimiser.updates

    def update(self) -> torch.Tensor:
        """Do one gradient step and return its loss, not yet waited for."""
        start = time.monotonic()
        settings = self.settings.optimiser
        generator = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + self.step)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(settings, self.step)
        observation, actions = self._windows.draw(settings.batch_size, generator)
        loss = self._process.loss(self.network, actions, observation, generator)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), OPTIMISER_GRADIENT_NORM)
        self._optimiser.step()
        self._average.update(self.network, self.step)
        self.step += 1
        self.seconds += time.monotonic() - start
        return loss.detach()

    def checkpoint(self) -> Checkpoint:
        """Return all that is needed to go on."""
        return Checkpoint(
            self.step,
            self.seconds,
            self.settings.plain(),
            plain_limits(self.limits),
            self.network.state_dict(),
            self._average.weights,
            self._optimiser.state_dict(),
        )

    def resume(self, checkpoint: Checkpoint, source: Path) -> None:
        """Go on from a checkpoint of the same settings and data; `source` names it in errors."""
        if checkpoint.configuration != self.settings.plain():
            raise CheckpointError(f"{source}: was trained with other settings; name another --output or delete it")
        if checkpoint.limits != plain_limits(self.limits):
            raise CheckpointError(f"{source}: was trained on other demonstrations; name another --output or delete it")
        self.network.load_state_dict(checkpoint.network)
        self._optimiser.load_state_dict(checkpoint.optimiser)
        for name, value in checkpoint.average.items():
            self._average.weights[name].copy_(value)
        self.step, self.seconds = checkpoint.step, checkpoint.seconds
