"""What a few numbers say about the mean behind them, and two policies on the same seeds about each other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from diffpol_ros.trials import paired
from diffpol_ros.trials.errors import TrialError
from diffpol_ros.trials.paired import Discordance
from sim.errors import SimulationError

CONFIDENCE = 0.95
RESAMPLES = 10_000
Method = Literal["t", "bootstrap"]
Numbers = NDArray[np.float64]
Bounds = tuple[float, float]
EVERYTHING: Bounds = (-math.inf, math.inf)


@dataclass(frozen=True)
class Interval:
    """A mean of `count` numbers and between what the true one lies, with 95 %; one number alone has no bounds."""

    mean: float
    low: float | None
    high: float | None
    count: int

    def __str__(self) -> str:
        """Return e.g. "3.2 (2.9..3.5)"."""
        if self.low is None or self.high is None:
            return f"{self.mean:.4g} (one)"
        return f"{self.mean:.4g} ({self.low:.4g}..{self.high:.4g})"


@dataclass(frozen=True, eq=False)
class Band:
    """The means (n,) of several curves at n places, and the bounds of each."""

    mean: Numbers
    low: Numbers
    high: Numbers


def mean_band(values: Numbers, method: Method = "t", bounds: Bounds = EVERYTHING) -> Band:
    """Return the mean over rows of (runs, n), with Student's interval, cut off at `bounds`, or the bootstrap's."""
    mean = values.mean(axis=0)
    if len(values) < 2:
        nothing = np.full_like(mean, math.nan)
        return Band(mean, nothing, nothing)
    if method == "bootstrap":
        return Band(mean, *_resampled(values))
    half = stats.t.ppf(0.5 + 0.5 * CONFIDENCE, len(values) - 1) * values.std(axis=0, ddof=1) / math.sqrt(len(values))
    return Band(mean, np.clip(mean - half, *bounds), np.clip(mean + half, *bounds))


def mean_interval(values: Sequence[float] | Numbers, method: Method = "t", bounds: Bounds = EVERYTHING) -> Interval:
    """Return the mean of at least one number, with its interval; `bounds` are of the mean itself."""
    numbers = np.asarray(values, np.float64)
    if not len(numbers):
        raise SimulationError("there is no mean of no numbers: nothing was tried or logged")
    band = mean_band(numbers[:, None], method, bounds)
    low, high = (None, None) if len(numbers) < 2 else (float(band.low[0]), float(band.high[0]))
    return Interval(float(band.mean[0]), low, high, len(numbers))


def discordance(first: Sequence[bool], second: Sequence[bool]) -> Discordance:
    """Compare two policies' successes, trial by trial."""
    try:
        return paired.discordance(first, second, CONFIDENCE)
    except TrialError as error:
        raise SimulationError(str(error)) from error


def _resampled(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the bounds of means over rows drawn again with replacement, always by the same draws."""
    random = np.random.default_rng(0)
    weights = random.multinomial(len(values), np.full(len(values), 1.0 / len(values)), RESAMPLES) / len(values)
    low, high = np.quantile(weights @ values, [0.5 - 0.5 * CONFIDENCE, 0.5 + 0.5 * CONFIDENCE], axis=0)
    return low, high
