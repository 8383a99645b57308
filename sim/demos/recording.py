"""Episodes into a file that grows: what is recorded is kept whatever ends the recording."""

import json
from dataclasses import asdict, dataclass

from tqdm import tqdm

from sim.configuration import first_difference
from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.episode import Episode
from sim.data.joining import joined
from sim.demos.source import Source
from sim.errors import DatasetError
from sim.terminal import StopRequest


@dataclass(frozen=True)
class Recorded:
    """What came of it."""

    dataset: Dataset
    next_seed: int
    """The first seed that was not attempted."""


def record_to_file(source: Source, stop: StopRequest) -> Recorded:
    """Record the episodes that the file lacks, until all are there or somebody asks to stop; write the file."""
    before = _already(source)
    next_seed = int(before.seeds[-1]) + 1 if before else source.seed
    end = source.seed + source.episodes
    episodes: list[Episode] = []
    with tqdm(total=source.episodes, initial=min(next_seed, end) - source.seed, unit="episode") as bar:
        attempts = source.record(range(next_seed, end))
        try:
            for episode in attempts:
                next_seed += 1
                if episode is not None:
                    episodes.append(episode)
                bar.update()
                bar.set_postfix(recorded=len(episodes) + (len(before.ends) if before else 0))
                if stop.asked:
                    break
        except Exception:
            if episodes:
                _write(source, before, episodes)
            raise
    return Recorded(_write(source, before, episodes), next_seed)


def _already(source: Source) -> Dataset | None:
    """Return what the file holds, where it may be gone on with."""
    path = source.output
    if not path.exists():
        return None
    before, about = Dataset.load(path), source.about()
    cure = "name another --output or delete it"
    if before.about != about:
        raise DatasetError(f"{path}: was recorded otherwise: {_difference(before.about, about)}; {cure}")
    if before.seeds[0] < source.seed:
        raise DatasetError(f"{path}: begins with seed {before.seeds[0]}, not with {source.seed}; {cure}")
    return before


def _difference(before: About, now: About) -> str:
    was, now_is = ({**asdict(about), "recipe": json.loads(about.recipe or "{}")} for about in (before, now))
    found = first_difference(was, now_is)
    return f"{found.field} was {found.first}, now {found.second}" if found else "its words differ"


def _write(source: Source, before: Dataset | None, episodes: list[Episode]) -> Dataset:
    """Write what was there and what came; where nothing came, nothing is written."""
    if not episodes and before:
        return before
    new = Dataset.join(episodes, source.about())
    dataset = joined(before, new) if before else new
    dataset.save(source.output)
    return dataset
