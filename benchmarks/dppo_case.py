"""What one iteration of DPPO is measured on: the hopper, as the paper fine-tunes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.data.limits import FittedLimits
from sim.envs.vector import VectorEnvironment
from sim.networks.critic import Critic
from sim.networks.residual_mlp import dppo_mlp
from sim.rollouts.units import Units
from sim.tasks.hopper import HOPPER

DISCOUNT = 0.99
PAIRS = 50_000
CHUNKS = 500


@dataclass(frozen=True)
class Case:
    """A share of the paper's iteration: 40 worlds, 500 chunks, minibatches of 50,000 pairs, 5 epochs."""

    scale: float = 1.0
    worlds: int = 40

    @property
    def chunks(self) -> int:
        """Return T."""
        return max(1, round(CHUNKS * self.scale))

    @property
    def batch_size(self) -> int:
        """Return the pairs of a minibatch."""
        return max(1, round(PAIRS * self.scale))


def networks() -> tuple[DiffusionActor, Critic]:
    """Return an untrained actor of 553,020 numbers, tuned and base the same, and a critic of 134,913."""
    torch.manual_seed(0)
    diffusion = Diffusion(20, 20, sampler="ddpm")
    actor = DiffusionActor(dppo_mlp("relu").build(4, 3, 11), diffusion, DiffusionActorSettings(10), executed_steps=4)
    return actor, Critic(11)


def environment(case: Case, phases: "Phases") -> tuple[VectorEnvironment, Units]:
    """Return the worlds, whose time is noted apart, and their units."""
    limits = FittedLimits(HOPPER.frame_limits, HOPPER.action_limits)
    found = VectorEnvironment(HOPPER.worlds(case.worlds))
    for name in ("step", "reset"):
        setattr(found, name, phases.timed("worlds", getattr(found, name)))
    return found, Units(limits, 1, torch.device("cpu"))


@dataclass
class Phases:
    """CPU seconds of this process by what they went for; `begin` forgets what it took to build everything."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = 0.0

    def begin(self) -> None:
        """Begin the iteration."""
        self.seconds.clear()
        self.began = time.process_time()

    def so_far(self) -> float:
        """Return the seconds of the iteration up to now."""
        return time.process_time() - self.began

    def timed(self, phase: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, whose time is added to `phase`."""

        def timed(*arguments: Any, **settings: Any) -> Any:
            began = time.process_time()
            try:
                return call(*arguments, **settings)
            finally:
                self.seconds[phase] = self.seconds.get(phase, 0.0) + time.process_time() - began

        return timed
