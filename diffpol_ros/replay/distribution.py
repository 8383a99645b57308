"""What is said of many measurements in two numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Distribution:
    """Median, 99th percentile and number of some measurements."""

    median: float
    p99: float
    count: int


def distribution(values: ArrayLike) -> Distribution:
    """Return the distribution of `values`; of none, NaN."""
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return Distribution(float("nan"), float("nan"), 0)
    return Distribution(float(np.median(array)), float(np.percentile(array, 99)), int(array.size))
