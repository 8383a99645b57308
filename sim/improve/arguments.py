"""What the command takes."""

from dataclasses import dataclass, field
from pathlib import Path

from sim.bounds import require_at_least
from sim.errors import TrainingError
from sim.optimisation.average import AverageSettings
from sim.optimisation.settings import OptimiserSettings


@dataclass(frozen=True)
class PushedSettings:
    """Later rounds, in which the robot is pushed off its way, too, and all that succeeds is learned from."""

    first_round: int = 3
    """The first of them; a number beyond `rounds`: none."""
    episodes: int = 2048
    """Played with pushes, beside those without, from starts like theirs."""
    hard: int = 1024
    """And from starts where those without pushes failed."""
    limit: int = 80
    """Steps after which such an episode has failed."""
    executed_steps: int = 4
    """Of a chunk, before the policy decides again."""
    duration: int = 6000
    """Gradient steps of the cloning."""

    def __post_init__(self) -> None:
        """Refuse what nothing could be learned from."""
        require_at_least(0, hard=self.hard)
        require_at_least(
            1,
            first_round=self.first_round,
            episodes=self.episodes,
            limit=self.limit,
            executed_steps=self.executed_steps,
            duration=self.duration,
        )


@dataclass(frozen=True)
class ImproveArguments:
    """Let a policy play, choose the best, clone a new policy from it, and again.

    Ctrl-C stops it; the same command goes on. Of a round, what is played is begun again, what is cloned goes on.
    """

    policy: Path
    """Checkpoint of `python -m sim.pretrain` to begin with."""
    output: Path
    """Folder of the rounds, of scalars and the run's record; the last round's checkpoint is the result."""
    method: str = "best of own"
    """What curves call it."""
    seed: int = 0
    """Of worlds, noise, weights and batches."""
    rounds: int = 3
    """How often the policy plays and is cloned anew."""
    episodes: int = 1024
    """Played in a round, and once more in the end, to see what it was good for."""
    worlds: int = 128
    """Played at once."""
    limit: int = 64
    """Steps after which an episode has failed."""
    tail: int = 6
    """Steps that an episode goes on after its success, so that the next policy learns to keep it."""
    views: int = 5
    """Noisy views of each episode that is learned from, beside the exact one; 0 where the task knows no noise."""
    share: float = 0.4
    """Of the episodes that succeeded, the best ones that are learned from; in later rounds all are."""
    pushed: PushedSettings = field(default_factory=PushedSettings)
    """Later rounds, in which the robot is pushed off its way."""
    fast: bool = True
    """Whether worlds are the task's fast ones."""
    workers: int = 2
    """Threads or processes that step worlds."""
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    """How each round's policy is cloned."""
    average: AverageSettings = field(default_factory=AverageSettings)
    """The moving average of weights, which is what is used."""
    threads: int | None = None
    """Of torch on the CPU; default: what OMP_NUM_THREADS says, else all cores."""

    def __post_init__(self) -> None:
        """Refuse what nothing could be learned from."""
        require_at_least(0, seed=self.seed, tail=self.tail, views=self.views)
        require_at_least(
            1, rounds=self.rounds, episodes=self.episodes, worlds=self.worlds, limit=self.limit, workers=self.workers
        )
        if not 0.0 < self.share <= 1.0:
            raise TrainingError(f"share is {self.share}, expected more than 0 and at most 1")
