"""Levenberg-Marquardt over one pose, robust against corners that do not belong."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import multiply_quaternions, normalize_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.projection import CornerProblem

ITERATIONS = 20
SMALL_STEP = 1e-5
LARGEST_DAMPING = 1e6


@dataclass(frozen=True, eq=False)
class Solution:
    """A pose that explains the corners as well as any near it.

    cost: robust sum of squares in units of the corner noise. information: (6, 6) inverse covariance.
    errors: (n,) distance of each corner from where it was seen [pixel].
    """

    pose: Pose
    cost: float
    information: Array
    errors: Array


def robust_cost(problem: CornerProblem, pose: Pose, noise_px: float, huber: float) -> float:
    """Return the Huber cost of a pose in units of the corner noise; `huber` is where squares become lines."""
    distances = np.linalg.norm(problem.residuals(pose), axis=1) / (noise_px * problem.noise)
    beyond = np.maximum(distances - huber, 0.0)
    return float(np.sum(np.minimum(distances, huber) ** 2 + 2.0 * huber * beyond))


def refine(problem: CornerProblem, start: Pose, noise_px: float, huber: float) -> Solution:
    """Return the nearest minimum of the robust cost from `start`."""
    pose, cost, damping = start, robust_cost(problem, start, noise_px, huber), 1e-3
    for _ in range(ITERATIONS):
        normal, gradient, _ = _normal_equations(problem, pose, noise_px, huber)
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), -gradient)
        trial = moved(pose, np.asarray(step, dtype=np.float64))
        trial_cost = robust_cost(problem, trial, noise_px, huber)
        if trial_cost <= cost:
            pose, cost, damping = trial, trial_cost, 0.1 * damping
        else:
            damping *= 10.0
        if np.max(np.abs(step)) < SMALL_STEP or damping > LARGEST_DAMPING:
            break
    normal, _, errors = _normal_equations(problem, pose, noise_px, huber)
    return Solution(pose, cost, normal, errors)


def moved(pose: Pose, step: Array) -> Pose:
    """Return `pose` shifted [m] and turned about its own origin [rad], both along the axes of its parent."""
    turned = multiply_quaternions(quaternion_from_rotation_vector(step[3:]), pose.quaternion)
    return Pose(pose.position + step[:3], normalize_quaternion(turned))


def _normal_equations(problem: CornerProblem, pose: Pose, noise_px: float, huber: float) -> tuple[Array, Array, Array]:
    residuals, jacobian = problem.linearize(pose)
    errors = np.linalg.norm(residuals, axis=1)
    noise = noise_px * problem.noise
    weights = np.minimum(1.0, huber * noise / np.maximum(errors, 1e-12)) / noise**2
    weighted = (weights[:, None, None] * jacobian).reshape(-1, 6)
    return weighted.T @ jacobian.reshape(-1, 6), weighted.T @ residuals.reshape(-1), errors
