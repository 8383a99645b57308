"""How fast a path passes its points."""

import numpy as np

from diffpol_ros.core.types import Array

STEEPEST = 3.0
"""Of the slope on either side: a cubic with tangents up to this is monotone."""


def bounded_tangents(moves: Array, durations: Array, start: Array, slack: Array) -> Array:
    """Return (n + 1, m) velocities at the ends of n segments, from `start` (m,) to rest.

    Of segments that move by `moves` (n, m) in `durations` (n,) [s]. They make the acceleration continuous, as those of
    a cubic spline do, where that spline does not overshoot: between two points each coordinate goes one way, but for
    what `start` asks for and for at most a quarter of `slack` (m,), in the unit of `moves`.
    """
    slopes, count = moves / durations[:, None], len(moves) + 1
    matrix, right = np.eye(count), np.zeros((count, moves.shape[1]))
    before, after = durations[:-1], durations[1:]
    inner = np.arange(1, count - 1)
    matrix[inner, inner - 1], matrix[inner, inner], matrix[inner, inner + 1] = after, 2.0 * (before + after), before
    right[0] = start
    right[1:-1] = 3.0 * (after[:, None] * slopes[:-1] + before[:, None] * slopes[1:])
    tangents: Array = np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    spare = slack / durations[:, None]
    lowest, highest = np.minimum(STEEPEST * slopes, 0.0) - spare, np.maximum(STEEPEST * slopes, 0.0) + spare
    lowest, highest = np.maximum(lowest[:-1], lowest[1:]), np.minimum(highest[:-1], highest[1:])
    tangents[1:-1] = np.minimum(np.maximum(tangents[1:-1], lowest), highest)
    return tangents
