"""How far points are from planes and boxes; negative where they are inside what they should keep out of."""

import numpy as np

from diffpol_ros.core.types import Array


def inside_box(points: Array, lower: Array, upper: Array) -> Array:
    """Return (n,) how far `points` (n, 3) are within a box [m]; negative outside."""
    return np.minimum(points - lower, upper - points).min(axis=1)


def outside_boxes(points: Array, lower: Array, upper: Array) -> Array:
    """Return (n, k, m) how far `points` (n, 3, m) are from k boxes of corners (k, 3) [m]; negative within."""
    return _apart(points, points, lower, upper)


def ways_outside_boxes(points: Array, lower: Array, upper: Array) -> Array:
    """Return (n - 1, k, m) how far straight ways from `points` (n, 3, m) to the next are from k boxes, at least.

    A way is taken for the box around it: exact where it passes along a face.
    """
    first, second = points[:-1], points[1:]
    return _apart(np.minimum(first, second), np.maximum(first, second), lower, upper)


def _apart(least: Array, most: Array, lower: Array, upper: Array) -> Array:
    """Return (n, k, m) how far boxes from `least` to `most` (n, 3, m) are from k boxes of corners (k, 3) [m]."""
    beyond = np.maximum(lower[:, :, None] - most[:, None], least[:, None] - upper[:, :, None])
    away = np.maximum(beyond, 0.0)
    return np.sqrt((away * away).sum(axis=2)) + np.minimum(beyond.max(axis=2), 0.0)
