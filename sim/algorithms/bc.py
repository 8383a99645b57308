"""Behaviour cloning: a policy learns to do what was demonstrated (Diffusion Policy, and DPPO's pre-training).

A denoiser learns to tell the noise of chunks (Ho et al. 2020); a Gaussian or a mixture learns by maximum likelihood.
All randomness of update n comes from (seed, n): a run that was stopped goes on with the very numbers it would have had.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sim.algorithms.cloning_losses import CloningLoss, cloning_loss_of
from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.dataset import Dataset
from sim.data.limits import fit, plain_limits
from sim.data.window_images import WindowImages
from sim.data.windows import Windows, WindowSettings
from sim.optimisation.average import AverageSettings, MovingAverage
from sim.optimisation.learning_rate import learning_rate, set_learning_rate
from sim.optimisation.precision import MixedPrecision
from sim.optimisation.settings import OptimiserSettings
from sim.policy_settings import PolicySettings
from sim.seeding import step_seed

DROPOUT_STREAM = 1 << 40
"""Sets the numbers of dropout apart from those of batches and noise."""


@dataclass(frozen=True)
class PretrainSettings:
    """What decides the result."""

    policy: PolicySettings = field(default_factory=PolicySettings)
    """What learns."""
    windows: WindowSettings = field(default_factory=WindowSettings)
    """What it learns from."""
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    """How it learns."""
    average: AverageSettings = field(default_factory=AverageSettings)
    """The moving average of weights, which is what is used and shipped."""
    seed: int = 0
    """Of weights, batches and noise."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What update n is made of, drawn before anything is computed: windows and views (B,), and noise."""

    windows: Tensor
    views: Tensor
    noise: tuple[Tensor, ...]

    def parts(self, size: int | None) -> Iterator["Plan"]:
        """Yield parts of at most `size` windows."""
        count = len(self.windows)
        for first in range(0, count, size or count):
            part = slice(first, first + (size or count))
            yield Plan(self.windows[part], self.views[part], tuple(each[part] for each in self.noise))


class BehaviourCloning:
    """Network, optimiser, moving average and data of one run; one update at a time."""

    def __init__(self, settings: PretrainSettings, dataset: Dataset, device: torch.device) -> None:
        """Begin at update 0. Torch's own generators are seeded here and, for networks with dropout, at each update."""
        policy, vision = settings.policy, settings.policy.vision
        self.settings, self.device = settings, device
        self.step, self.seconds = 0, 0.0
        policy.check(dataset)
        self.limits = fit(dataset, policy.observation(), policy.action())
        images = WindowImages(dataset, vision.cameras, vision.height, vision.width) if vision else None
        self.windows = Windows(dataset, self.limits, policy.horizons, settings.windows, device, images)
        torch.manual_seed(settings.seed)
        self.network = policy.build().to(device)
        self.average = MovingAverage(self.network, settings.average)
        self._cloning_loss: CloningLoss = cloning_loss_of(policy, self.network, device)
        self._optimiser = settings.optimiser.build(self.network.parameters())
        self._precision = MixedPrecision(settings.optimiser.precision, device)
        self._has_dropout = any(_drops(module) for module in self.network.modules())
        self._order: tuple[int, Tensor] | None = None

    @property
    def updates_a_pass(self) -> int:
        """Return the updates in which as many windows are seen as there are."""
        return -(-len(self.windows) // self.settings.optimiser.batch_size)

    @property
    def updates(self) -> int:
        """Return how many there are altogether."""
        optimiser = self.settings.optimiser
        return optimiser.duration * (self.updates_a_pass if optimiser.unit == "pass" else 1)

    @property
    def finished(self) -> bool:
        """Return whether all updates are done."""
        return self.step >= self.updates

    @property
    def learning_rate(self) -> float:
        """Return the rate of the next update; it changes from pass to pass where these are counted."""
        optimiser = self.settings.optimiser
        moment = self.step // self.updates_a_pass if optimiser.unit == "pass" else self.step
        return learning_rate(optimiser.learning_rate, moment, optimiser.duration)

    def update(self) -> Tensor:
        """Do one gradient step and return its loss, not yet waited for."""
        start = time.monotonic()
        optimiser = self.settings.optimiser
        generator = self._seeded()
        plan = self._plan(generator)
        set_learning_rate(self._optimiser, self.learning_rate)
        self.network.train()
        self._optimiser.zero_grad()
        loss = torch.zeros((), device=self.device)
        for part in plan.parts(optimiser.at_once):
            loss += self._learn(part, len(part.windows) / len(plan.windows), generator)
        self._precision.step(self._optimiser, self.network, optimiser.greatest_norm)
        self.average.update(self.step, self.step // self.updates_a_pass)
        self.step += 1
        self.seconds += time.monotonic() - start
        return loss

    def checkpoint(self, **more: Any) -> Checkpoint:
        """Return all that is needed to go on, and whatever else its state is to keep."""
        return Checkpoint(
            kind="pretrain",
            step=self.step,
            seconds=self.seconds,
            configuration=to_plain(self.settings),
            limits=plain_limits(self.limits),
            weights={"network": self.network.state_dict(), "average": self.average.weights},
            state={"optimiser": self._optimiser.state_dict(), "precision": self._precision.state(), **more},
        )

    def resume(self, checkpoint: Checkpoint, source: Path) -> None:
        """Go on from a checkpoint of the same settings and data; `source` names it in errors."""
        checkpoint.require_same(self.settings, plain_limits(self.limits), source)
        self.network.load_state_dict(checkpoint.part("network", source))
        self.average.load(checkpoint.part("average", source))
        self._optimiser.load_state_dict(checkpoint.state["optimiser"])
        self._precision.load(checkpoint.state["precision"])
        self.step, self.seconds = checkpoint.step, checkpoint.seconds

    def _seeded(self) -> torch.Generator:
        """Return the generator of this update; dropout has one of its own on each device."""
        seed = step_seed(self.settings.seed, self.step)
        if self._has_dropout:
            torch.manual_seed(seed + DROPOUT_STREAM)
        return torch.Generator().manual_seed(seed)

    def _plan(self, generator: torch.Generator) -> Plan:
        """Draw what this update is made of."""
        windows = self._next_windows(generator)
        views = torch.randint(self.windows.views, (len(windows),), generator=generator)
        return Plan(windows, views, self._cloning_loss.draw(len(windows), generator))

    def _next_windows(self, generator: torch.Generator) -> Tensor:
        size, count = self.settings.optimiser.batch_size, len(self.windows)
        if self.settings.optimiser.unit == "update":
            return torch.randint(count, (size,), generator=generator)
        number, place = divmod(self.step, self.updates_a_pass)
        return self._shuffled(number)[place * size : (place + 1) * size]

    def _shuffled(self, number: int) -> Tensor:
        """Return all windows in the order of a pass."""
        if self._order is None or self._order[0] != number:
            generator = torch.Generator().manual_seed(step_seed(self.settings.seed, -number - 1))
            self._order = number, torch.randperm(len(self.windows), generator=generator)
        return self._order[1]

    def _learn(self, part: Plan, share: float, generator: torch.Generator) -> Tensor:
        """Add the gradients of a part of the batch and return its share of the loss."""
        batch = self.windows.batch(part.windows, part.views)
        with self._precision.forward():
            loss = share * self._cloning_loss.loss(batch, part.noise, generator)
        self._precision.backward(loss)
        return loss.detach()


def _drops(module: nn.Module) -> bool:
    """Return whether a module drops numbers at random in training."""
    probability = getattr(module, "p", None) if isinstance(module, nn.Dropout) else getattr(module, "dropout", None)
    return isinstance(probability, float) and probability > 0.0
