"""Record scripted demonstrations of the block task: python -m sim.demos."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from sim.demos.dataset import Demonstrations, Episode
from sim.demos.record import RecordSettings, record_all
from sim.terminal import run


@dataclass(frozen=True)
class Arguments:
    """Record scripted demonstrations of the block task."""

    output: Path = Path("results/block_lift/demonstrations.npz")
    """File to write."""
    episodes: int = 600
    """Episodes to attempt; those that fail are left out."""
    seed: int = 100_000
    """Of the first episode; each next one takes the next number."""
    processes: int = 2
    """Worker processes."""
    record: RecordSettings = field(default_factory=RecordSettings)
    """How they are made."""


def main(arguments: Arguments) -> None:
    """Record and write the file."""
    start = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.episodes)
    episodes: list[Episode] = []
    with tqdm(total=len(seeds), unit="episode", desc="demonstrations") as bar:
        for episode in record_all(arguments.record, seeds, arguments.processes):
            if episode is not None:
                episodes.append(episode)
            bar.update()
            bar.set_postfix(failed=bar.n - len(episodes))
    demonstrations = Demonstrations.join(episodes)
    demonstrations.save(arguments.output)
    duration = time.monotonic() - start
    print(
        f"{arguments.output}: {len(episodes)} of {len(seeds)} episodes, {len(demonstrations.actions)} frames, "
        f"{arguments.output.stat().st_size / 1e6:.1f} MB, {duration:.0f} s"
    )


if __name__ == "__main__":
    run(main, Arguments)
