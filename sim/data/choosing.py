"""python -m sim.data join: several data sets as one, and of them only the episodes that were quick."""

import dataclasses
import json
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import tyro

from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.joining import by_seed, chosen_episodes, joined
from sim.errors import DatasetError


@dataclass(frozen=True)
class Join:
    """Put data sets together, in the order of their seeds; of the same task and the same recipe."""

    sources: tyro.conf.Positional[tuple[Path, ...]]
    """Data sets to read."""
    output: Path
    """File to write."""
    longest: float | None = None
    """Leave out episodes that lasted longer [s]: what took long was seldom done well; none: all stay."""

    def run(self) -> None:
        """Write and say how much."""
        result = self.join([Dataset.load(source) for source in self.sources])
        result.save(self.output)
        print(f"{self.output}: {len(result.ends)} episodes, {len(result.actions)} frames")

    def join(self, datasets: list[Dataset]) -> Dataset:
        """Return all episodes that are short enough."""
        if not datasets:
            raise DatasetError("no data set is named: which ones?")
        first = datasets[0].about
        for source, dataset in zip(self.sources, datasets, strict=True):
            if (dataset.about.task, dataset.about.recipe) != (first.task, first.recipe):
                raise DatasetError(f"{source}: is not of the task and recipe that {self.sources[0]} is of")
        whole = by_seed(reduce(joined, datasets))
        if len(set(whole.seeds.tolist())) < len(whole.seeds):
            raise DatasetError("the data sets have episodes of the same seed: the same ones twice")
        if self.longest is None:
            return whole
        seconds = (whole.ends - whole.starts) / first.rate_hz
        if not (short := np.flatnonzero(seconds <= self.longest)).size:
            raise DatasetError(f"longest is {self.longest}: the shortest episode took {seconds.min():.1f} s")
        return dataclasses.replace(chosen_episodes(whole, short), about=self._about(first))

    def _about(self, about: About) -> About:
        done = {"longest": self.longest, "of": about.recipe}
        return dataclasses.replace(about, made_by=f"{about.made_by}, the quick ones", recipe=json.dumps(done))
