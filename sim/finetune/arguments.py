"""What the command takes."""

from dataclasses import dataclass, field
from pathlib import Path

import torch

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.algorithms.dppo_settings import DppoSettings
from sim.bounds import require_at_least
from sim.data.limits import FittedLimits
from sim.envs.randomisation import RandomisationSettings
from sim.errors import TrainingError
from sim.finetune.changes import Changes
from sim.finetune.checkpoints import Base, load_base
from sim.finetune.settings import FinetuneSettings, TrialSettings
from sim.networks.critic import CriticSettings
from sim.policy_settings import PolicySettings
from sim.scale.cluster import ScaleSettings


@dataclass(frozen=True)
class FinetuneArguments:
    """Fine-tune a policy by reinforcement learning. Ctrl-C stops it and keeps all; the same command goes on."""

    policy: Path | None = None
    """Checkpoint of `python -m sim.pretrain`; none: a new network, as `scratch` says."""
    scratch: PolicySettings = field(default_factory=PolicySettings)
    """What learns where no `policy` is given; where one is, only its task counts, which must be the same."""
    output: Path = Path("results/block_lift/finetune")
    """Folder of checkpoints, scalars and the run's record."""
    method: str = "DPPO"
    """What curves call it."""
    seed: int = 0
    """Of critic, worlds, noise and minibatches."""
    worlds: int = 40
    """Played at once."""
    begin_anew: bool = False
    """Whether all episodes begin anew with each iteration; else they go on."""
    until_success: bool = False
    """Whether success ends an episode; else it goes on, and may earn more."""
    deadline: int | None = None
    """Steps after which an episode has failed, if it has not ended before; none: it is cut off by the task's limit."""
    fast: bool = False
    """Whether worlds are the task's fast ones, if it has such: nearly the same, many times cheaper."""
    progress: float = 0.0
    """What coming nearer is worth beside success, where the task says how near a frame is; 0: nothing."""
    scale: ScaleSettings = field(default_factory=ScaleSettings)
    """Who steps the worlds; does not change the result."""
    randomise: bool = False
    """Whether worlds differ from episode to episode; else they are as the task is."""
    randomisation: RandomisationSettings = field(default_factory=RandomisationSettings)
    """How they differ, if they do."""
    changes: Changes = field(default_factory=Changes)
    """What is different from pre-training."""
    actor: DiffusionActorSettings = field(default_factory=DiffusionActorSettings)
    """How a diffusion policy explores."""
    critic: CriticSettings = field(default_factory=CriticSettings)
    """Shape of the critic."""
    dppo: DppoSettings = field(default_factory=DppoSettings)
    """How it learns."""
    trials: TrialSettings = field(default_factory=TrialSettings)
    """How it is tried meanwhile."""
    save_every: int = 10
    """Iterations between checkpoints."""
    threads: int | None = None
    """Of torch on the CPU; default: what OMP_NUM_THREADS says, else all cores."""

    def __post_init__(self) -> None:
        """Refuse to save never, and seeds that nothing is drawn from."""
        require_at_least(0, seed=self.seed)
        if self.save_every < 1:
            raise TrainingError(f"save_every is {self.save_every}, expected at least 1")

    def base(self) -> Base:
        """Return what fine-tuning begins with."""
        if self.policy is None:
            return self._new()
        base = load_base(self.policy, self.changes.of)
        if base.policy.task != self.scratch.task:
            raise TrainingError(
                f"{self.policy}: was trained for {base.policy.task}, the preset is for {self.scratch.task}: "
                "choose another of them"
            )
        self.changes.begin(base.network)
        return base

    def settings(self, policy: PolicySettings) -> FinetuneSettings:
        """Return what decides the result."""
        learning = (self.actor, self.critic, self.dppo, self.trials)
        randomisation = self.randomisation if self.randomise else None
        episodes = (self.worlds, self.begin_anew, self.until_success, self.deadline)
        return FinetuneSettings(policy, *learning, *episodes, randomisation, self.fast, self.progress, self.seed)

    def _new(self) -> Base:
        """Return a network that knows nothing; its numbers are divided by what the task says of its own."""
        policy = self.changes.of(self.scratch)
        task = policy.definition()
        torch.manual_seed(self.seed)
        return Base(policy.build(), policy, FittedLimits(task.frame_limits, task.action_limits))
