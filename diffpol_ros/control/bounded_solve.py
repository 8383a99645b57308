"""Joint velocities for a tool velocity, by damped least squares within bounds."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import get_lapack_funcs

from diffpol_ros.core.types import Array

TASK = 6
ROUNDS = 4
TINY = 1e-8
"""Keeps the matrices of singular postures positive definite; small against any damping."""
ROUNDING = 1e-9
TOO_FEW = 0.01
"""Damping where fewer joints are free than a twist has numbers: with less they would bounce about what they miss."""

# numpy.linalg.solve takes four times as long, most of it for looking at what it is given.
(_posv,) = get_lapack_funcs(("posv",), dtype=np.float64)


class Task(NamedTuple):
    """What the joints are to do.

    jacobian: (6, 7) of the tool. twist: (6,) wanted of it [m/s, rad/s]. posture: (7,) [rad/s] of the joints, as far as
    the twist leaves them free. damping, posture_damping: squares, of the twist and of what counts as free.
    """

    jacobian: Array
    twist: Array
    posture: Array
    damping: float
    posture_damping: float

    def scaled(self, scale: float) -> "Task":
        """Return the same at another speed."""
        return self._replace(twist=scale * self.twist, posture=scale * self.posture)

    def among(self, free: Array, velocities: Array) -> "Task":
        """Return what is left for the joints that are `free` (7,) once the others move at `velocities`."""
        rest = self.twist - self.jacobian @ np.where(free, 0.0, velocities)
        damping = self.damping if np.count_nonzero(free) >= TASK else max(self.damping, TOO_FEW)
        return self._replace(jacobian=self.jacobian * free, twist=rest, posture=self.posture * free, damping=damping)


def unbounded(task: Task) -> Array:
    """Return velocities (7,) [rad/s] for `task`."""
    jacobian = task.jacobian
    matrix = jacobian @ jacobian.T
    # What of the posture moves the tool is left out of it, so that no error remains for its sake.
    matrix.flat[:: TASK + 1] += task.posture_damping + TINY
    velocities = task.posture - jacobian.T @ _solve(matrix, jacobian @ task.posture)
    matrix.flat[:: TASK + 1] += task.damping
    return velocities + jacobian.T @ _solve(matrix, task.twist - jacobian @ velocities)


def bounded(velocities: Array, task: Task, lower: Array, upper: Array) -> Array:
    """Return velocities (7,) [rad/s] for `task` within bounds; `velocities` are those without.

    Joints at their bound are taken out of the solve, which lets the others make up for them.
    """
    free = np.ones(len(velocities), dtype=bool)
    for _ in range(ROUNDS):
        beyond = (velocities < lower - ROUNDING) | (velocities > upper + ROUNDING)
        if not beyond.any():
            return velocities
        free &= ~beyond
        velocities = np.minimum(np.maximum(velocities, lower), upper)
        velocities = np.where(free, unbounded(task.among(free, velocities)), velocities)
    return np.minimum(np.maximum(velocities, lower), upper)


def _solve(matrix: Array, right: Array) -> Array:
    return _posv(matrix, right)[1]
