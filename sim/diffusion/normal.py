"""The normal distribution, number by number."""

import math

from torch import Tensor

LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)


def log_density(values: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """Return the log density of each of `values`."""
    return -0.5 * ((values - mean) / deviation).square() - (deviation.log() + LOG_ROOT_TWO_PI)


def entropy(deviation: Tensor) -> Tensor:
    """Return the entropy of each number [nat]."""
    return deviation.log() + (0.5 + LOG_ROOT_TWO_PI)
