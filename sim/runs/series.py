"""Scalars of runs as curves: what is drawn over what, run by run and as the mean of a method's seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import RunError
from sim.runs.record import RECORD, RunRecord
from sim.runs.scalars import Scalar, read_scalars
from sim.statistics import EVERYTHING, Band, Bounds, Interval, Method, Numbers, mean_band, mean_interval

STEP, SECONDS = "step", "seconds"
PLACES = 400
"""At most so many points of a curve."""
SHARES = frozenset({"success", "evaluation/success", "rewarded", "clipped"})
"""Scalars that cannot leave 0 to 1, nor can their means: Student's interval is cut off there."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One run's y (n,) over x (n,), x rising."""

    x: Numbers
    y: Numbers


@dataclass(frozen=True, eq=False)
class Run:
    """A results folder, read."""

    folder: Path
    record: RunRecord
    scalars: tuple[Scalar, ...]

    @property
    def wall_seconds(self) -> float:
        """Return how long all sessions took [s]."""
        return sum(session.wall_seconds for session in self.record.sessions)

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time of all sessions [s]."""
        return sum(session.cpu_seconds for session in self.record.sessions)

    def curve(self, y: str, x: str) -> Curve:
        """Return the scalar `y` over the step, over seconds, or over the scalar `x` of about the same steps."""
        curve = self._curve(y, x)
        if not len(curve.x):
            where = "" if x in (STEP, SECONDS) else f" where {x!r} was logged"
            raise RunError(
                f"{self.folder}: {y!r} has no finite value{where}: draw another scalar, or leave the run out"
            )
        return curve

    def _curve(self, y: str, x: str) -> Curve:
        wanted = [scalar for scalar in self._named(y) if math.isfinite(scalar.value)]
        values = np.array([scalar.value for scalar in wanted])
        if x == SECONDS:
            return _rising(np.array([scalar.seconds for scalar in wanted]), values)
        steps = np.array([float(scalar.step) for scalar in wanted])
        if x == STEP:
            return _rising(steps, values)
        known = self._named(x)
        marks, places = np.array([float(scalar.step) for scalar in known]), np.array([s.value for s in known])
        inside = (steps >= marks[0]) & (steps <= marks[-1])
        return _rising(np.interp(steps[inside], marks, places), values[inside])

    def _named(self, name: str) -> list[Scalar]:
        found = [scalar for scalar in self.scalars if scalar.name == name]
        if not found:
            names = sorted({scalar.name for scalar in self.scalars})
            raise RunError(f"{self.folder}: logged no {name!r}, only {', '.join(names) or 'nothing'}")
        return found


@dataclass(frozen=True, eq=False)
class Group:
    """The runs of one task and method, which differ by their seeds."""

    task: str
    method: str
    runs: tuple[Run, ...]

    def band(self, y: str, x: str, method: Method = "t") -> tuple[Numbers, Band]:
        """Return places (n,) that all runs have reached, and the band of `y` there."""
        curves = [run.curve(y, x) for run in self.runs]
        places = _shared_places(curves)
        values = np.stack([np.interp(places, curve.x, curve.y) for curve in curves])
        return places, mean_band(values, method, _bounds(y))

    def final(self, y: str, last: int, method: Method = "t") -> Interval:
        """Return the interval of the runs' own final values, each the mean of its `last` ones."""
        return mean_interval([float(run.curve(y, STEP).y[-last:].mean()) for run in self.runs], method, _bounds(y))


def find_runs(folders: Sequence[Path]) -> list[Run]:
    """Return the runs in `folders` and anywhere below them."""
    found = sorted({path.parent for folder in folders for path in folder.rglob(RECORD)})
    if not found:
        raise RunError(f"no {RECORD} in or below {', '.join(map(str, folders))}: name folders that a training wrote")
    return [Run(folder, RunRecord.load(folder), tuple(read_scalars(folder))) for folder in found]


def grouped(runs: Sequence[Run]) -> list[Group]:
    """Return the runs by task and method, in order of first appearance."""
    kinds: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        kinds.setdefault((run.record.about.task, run.record.about.method), []).append(run)
    for (task, method), members in kinds.items():
        seeds = [run.record.about.seed for run in members]
        if len(set(seeds)) != len(seeds):
            folders = ", ".join(str(run.folder) for run in members)
            raise RunError(f"{task}, {method}: seeds {seeds} repeat, so they are no independent runs: {folders}")
    return [Group(task, method, tuple(members)) for (task, method), members in kinds.items()]


def _bounds(scalar: str) -> Bounds:
    return (0.0, 1.0) if scalar in SHARES else EVERYTHING


def _rising(x: Numbers, y: Numbers) -> Curve:
    order = np.argsort(x, kind="stable")
    return Curve(x[order], y[order])


def _shared_places(curves: Sequence[Curve]) -> Numbers:
    """Return every x of any curve that lies within all of them, thinned."""
    first, last = max(curve.x[0] for curve in curves), min(curve.x[-1] for curve in curves)
    if first > last:
        raise RunError("the runs of a group share no part of the horizontal axis: one ended before another began")
    union = np.unique(np.concatenate([*(curve.x for curve in curves), [first, last]]))
    places = union[(union >= first) & (union <= last)]
    kept = np.unique(np.linspace(0, len(places) - 1, min(PLACES, len(places))).round().astype(int))
    return places[kept]
