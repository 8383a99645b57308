"""How far points are from planes and boxes; negative where they are inside what they should keep out of."""

import numpy as np

from diffpol_ros.core.types import Array


def inside_box(points: Array, lower: Array, upper: Array) -> Array:
    """Return (n,) how far `points` (n, 3) are within a box [m]; negative outside."""
    return np.minimum(points - lower, upper - points).min(axis=1)


def outside_boxes(points: Array, lower: Array, upper: Array) -> Array:
    """Return (n, k, m) how far `points` (n, 3, m) are from k boxes of corners (k, 3) [m]; negative within."""
    each = points[:, None]
    beyond = np.maximum(lower[:, :, None] - each, each - upper[:, :, None])
    away = np.maximum(beyond, 0.0)
    return np.sqrt((away * away).sum(axis=2)) + np.minimum(beyond.max(axis=2), 0.0)
