"""Orientations over time as rotation vectors, and how well these are known."""

import numpy as np

from diffpol_ros.core.spatial import inverse_left_jacobian, rotation_between
from diffpol_ros.core.types import Array


def turns(quaternions: Array, start: Array) -> Array:
    """Return the rotation vectors (n, 3) [rad], in the parent frame, that take `start` to each of (n, 4)."""
    return np.array([rotation_between(start, each) for each in quaternions]).reshape(-1, 3)


def turn_deviations(vectors: Array, covariances: Array) -> Array:
    """Return the deviations (n, 3) [rad] of rotation vectors whose ends have `covariances` (n, 3, 3) [rad^2]."""
    jacobians = np.array([inverse_left_jacobian(each) for each in vectors]).reshape(-1, 3, 3)
    spread = jacobians @ covariances @ jacobians.transpose(0, 2, 1)
    return np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0.0))
