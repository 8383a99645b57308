"""What a count of successes says about the rate behind it, and a covariance about an error."""

import math

import numpy as np
from scipy.stats import beta

from diffpol_ros.core.types import Array


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval that holds the true success rate with at least `confidence`."""
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes of {trials} trials: expected 0 <= successes <= trials, trials > 0")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}, expected a value between 0 and 1")
    tail = 0.5 * (1.0 - confidence)
    failures = trials - successes
    low = float(beta.ppf(tail, successes, failures + 1)) if successes else 0.0
    high = float(beta.ppf(1.0 - tail, successes + 1, failures)) if failures else 1.0
    return low, high


def largest_deviation(covariance: Array) -> float:
    """Return the standard deviation in the worst direction of a covariance (n, n); nan where that is not finite."""
    if not np.all(np.isfinite(covariance)):
        return math.nan
    return math.sqrt(max(0.0, float(np.linalg.eigvalsh(covariance)[-1])))
