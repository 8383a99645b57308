"""What the command takes."""

from dataclasses import dataclass, field
from pathlib import Path

from sim.bounds import require_at_least
from sim.errors import TrainingError
from sim.optimisation.average import AverageSettings
from sim.optimisation.settings import OptimiserSettings


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
    rounds: int = 2
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
    """Of the episodes that succeeded, the best ones that are learned from."""
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
