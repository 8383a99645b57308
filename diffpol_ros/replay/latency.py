"""How long each stage took, from the stamps in a bag. All results in [ms]."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.replay.distribution import Distribution, distribution
from diffpol_ros.replay.latency_series import stage_series
from diffpol_ros.replay.series import Run

LONGEST_PERIOD_NS = 100_000_000


@dataclass(frozen=True)
class Stage:
    """A stage's name and how long it took [ms]."""

    name: str
    latency: Distribution


def stages(run: Run) -> tuple[Stage, ...]:
    """Return the latency of every stage, in the order of the data's way."""
    return tuple(Stage(series.name, distribution(series.milliseconds)) for series in stage_series(run))


def command_periods(run: Run) -> Distribution:
    """Return the time between successive joint targets [ms], pauses between episodes left out."""
    periods = np.diff(run.targets.stamps_ns)
    return _ms(periods[(periods > 0) & (periods < LONGEST_PERIOD_NS)])


def command_jitter(run: Run) -> Distribution:
    """Return how far the periods are from their median [ms]."""
    periods = np.diff(run.targets.stamps_ns)
    periods = periods[(periods > 0) & (periods < LONGEST_PERIOD_NS)]
    return _ms(np.abs(periods - np.median(periods))) if periods.size else _ms([])


def _ms(values_ns: object) -> Distribution:
    return distribution(np.asarray(values_ns, dtype=np.float64) * 1e-6)
