"""How much of a signal at rest is new in each frame, and how much wanders: by maximum likelihood, gaps and all.

The signal is a constant, plus white noise, plus an Ornstein-Uhlenbeck process. For each share of the wandering part
and each correlation time on a grid, a Kalman filter gives the likelihood; constant and size follow in closed form.
All axes and all points of the grid go through the frames together.
"""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array

SHARES, TIMES = 13, 11
ROUNDS = 2
# Two more numbers to choose fit chance alone by 1 on average, and by 6 hardly ever.
GAIN_NEEDED = 6.0
TINY = 1e-18


@dataclass(frozen=True, eq=False)
class Split:
    """For each axis (k,): deviation of the white and of the wandering part, correlation time of that [s]."""

    white: Array
    drift: Array
    drift_time: Array


def split(times: Array, values: Array) -> Split:
    """Return the parts of `values` (n, k), sampled at increasing `times` (n,) [s]."""
    intervals, count, values = np.diff(times), values.shape[1], values - values.mean(axis=0)
    alone, size = _likelihood(intervals, values, np.zeros((1, count)), np.ones((1, count)))
    shares = np.tile([0.03, 0.97], (count, 1)).T
    logs = np.tile(np.log([0.3 * np.median(intervals), 0.3 * (times[-1] - times[0])]), (count, 1)).T
    for _ in range(ROUNDS):
        share, log, _, _ = _best(intervals, values, shares, logs)
        shares = _around(share, np.ptp(shares, axis=0) / (SHARES - 1), 0.0, 0.999)
        logs = _around(log, np.ptp(logs, axis=0) / (TIMES - 1), -np.inf, np.inf)
    share, log, likelihood, both = _best(intervals, values, shares, logs)
    wanders = (likelihood - alone[0] > GAIN_NEEDED) & (size[0] > TINY)
    portion, variance = np.where(wanders, share, 0.0), np.where(wanders, both, size[0])
    drift_time = np.where(wanders, np.exp(log), 0.0)
    return Split(np.sqrt((1.0 - portion) * variance), np.sqrt(portion * variance), drift_time)


def _best(intervals: Array, values: Array, shares: Array, logs: Array) -> tuple[Array, Array, Array, Array]:
    """Return, for each axis (k,), the likeliest share and logarithm of the time on a grid, likelihood and variance."""
    share, log = _grid(shares, logs)
    likelihood, variance = _likelihood(intervals, values, share, np.exp(log))
    best = np.argmax(likelihood, axis=0), np.arange(values.shape[1])
    return share[best], log[best], likelihood[best], variance[best]


def _grid(shares: Array, logs: Array) -> tuple[Array, Array]:
    """Return every pair of a share and the logarithm of a time, (pairs, k), between the given ends (2, k)."""
    first = np.linspace(shares[0], shares[1], SHARES)
    second = np.linspace(logs[0], logs[1], TIMES)
    return np.repeat(first, TIMES, axis=0), np.tile(second, (SHARES, 1))


def _around(centre: Array, reach: Array, lowest: float, highest: float) -> Array:
    return np.clip(np.stack([centre - reach, centre + reach]), lowest, highest)


def _likelihood(intervals: Array, values: Array, share: Array, time: Array) -> tuple[Array, Array]:
    """Return the logarithm of the likelihood (pairs, k), and the variance of both parts together (pairs, k)."""
    state, level, spread = np.zeros_like(share), np.zeros_like(share), share.copy()
    squares, products, weights, logarithms = (np.zeros_like(share) for _ in range(4))
    for index, row in enumerate(values):
        if index:
            fading = np.exp(-intervals[index - 1] / time)
            state, level = fading * state, fading * level
            spread = fading**2 * spread + share * (1.0 - fading**2)
        expected = spread + 1.0 - share
        error, lever = row - state, 1.0 - level
        squares += error**2 / expected
        products += error * lever / expected
        weights += lever**2 / expected
        logarithms += np.log(expected)
        gain = spread / expected
        state, level, spread = state + gain * error, level + gain * lever, spread - gain * spread
    variance = np.maximum(squares - products**2 / weights, TINY) / (len(values) - 1)
    return -0.5 * (logarithms + np.log(weights) + (len(values) - 1) * np.log(variance)), variance
