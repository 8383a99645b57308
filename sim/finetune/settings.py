"""What decides the result of fine-tuning."""

from dataclasses import dataclass, field

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.algorithms.dppo_settings import DppoSettings
from sim.envs.randomisation import RandomisationSettings
from sim.errors import TrainingError
from sim.networks.critic import CriticSettings
from sim.policy_settings import PolicySettings


@dataclass(frozen=True)
class TrialSettings:
    """Iterations in which nothing is learnt: the policy plays as it is used, in worlds that all begin anew."""

    every: int = 10
    """Every n-th iteration, the first of all included, is a trial, as in the paper; 0: none."""
    episodes: int = 1
    """Of each world; the first ones, so that short episodes do not count for more."""
    seed: int = 1_000_000
    """Of the worlds and of the policy's noise: the same at every trial."""

    def __post_init__(self) -> None:
        """Refuse trials of nothing, and a training that consists of them."""
        if self.every == 1 or self.every < 0 or self.episodes < 1:
            raise TrainingError(
                f"trials: every is {self.every}, episodes {self.episodes}: expected 0 or 2 and more, and 1 or more"
            )


@dataclass(frozen=True)
class FinetuneSettings:
    """What decides the result."""

    policy: PolicySettings = field(default_factory=PolicySettings)
    """What learns."""
    actor: DiffusionActorSettings = field(default_factory=DiffusionActorSettings)
    """How a diffusion policy explores; of others, only `noise_clip` counts."""
    critic: CriticSettings = field(default_factory=CriticSettings)
    """Shape of the critic."""
    dppo: DppoSettings = field(default_factory=DppoSettings)
    """How it learns."""
    trials: TrialSettings = field(default_factory=TrialSettings)
    """How it is tried meanwhile."""
    worlds: int = 40
    """Played at once."""
    begin_anew: bool = False
    """Whether all episodes begin anew with each iteration; else they go on."""
    until_success: bool = False
    """Whether success ends an episode; else it goes on, and may earn more."""
    deadline: int | None = None
    """Steps after which an episode has failed, if it has not ended before; none: it is cut off by the task's limit."""
    randomisation: RandomisationSettings | None = None
    """How worlds differ from episode to episode; none: as the task is."""
    fast: bool = False
    """Whether the worlds are the task's fast ones."""
    progress: float = 0.0
    """What coming nearer is worth beside success, where the task says how near a frame is; 0: nothing."""
    seed: int = 0
    """Of critic, worlds, noise and minibatches."""

    def __post_init__(self) -> None:
        """Refuse a training without worlds or time."""
        if self.worlds < 1:
            raise TrainingError(f"worlds is {self.worlds}, expected at least 1")
        if self.deadline is not None and self.deadline < 1:
            raise TrainingError(f"deadline is {self.deadline}, expected at least 1 step, or none")
