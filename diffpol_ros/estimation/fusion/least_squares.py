"""Levenberg-Marquardt over one pose, robust against corners that do not belong."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import multiply_quaternions, normalize_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.fusion.projection import CornerProblem

ITERATIONS = 60
NEARLY_THERE = 1e-3
# Fits of the same corners from different starts must agree to less than a nanometre: late images are fitted again.
SMALL_STEP = 1e-10
ROUND_OFF = 1e-12
# A cost that falls steadily falls by no more than so many of its last steps; damping above this hides how it falls.
OUTLOOK, HARDLY = 10.0, 1e-2
# No step leads this far [m, rad] but from corners that are no corners; what is not a number is not less either.
FARTHEST = 1e6
SMALLEST_DAMPING, LARGEST_DAMPING = 1e-9, 1e6


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


@dataclass(frozen=True, eq=False)
class _Linearized:
    """The cost around a pose: curvature (6, 6), gradient (6,); normal: (6, 6) what is known of the pose."""

    pose: Pose
    cost: float
    normal: Array
    curvature: Array
    gradient: Array
    errors: Array


def robust_cost(problem: CornerProblem, pose: Pose, huber: float) -> float:
    """Return the Huber cost of a pose in units of the corner noise; `huber` is where squares become lines."""
    errors = np.linalg.norm(problem.residuals(pose), axis=1)
    return _huber_sum(errors / problem.deviations, huber)


def refine(
    problem: CornerProblem,
    start: Pose,
    huber: float,
    damping: float = 1e-3,
    small_step: float = SMALL_STEP,
    enough: float = np.inf,
) -> Solution:
    """Return the nearest minimum of the robust cost from `start`; less `damping` for a start that is near it.

    small_step: stop where the next one will be smaller [m, rad]. enough: stop, too, where no cost as low as this is in
    sight.
    """
    now, exact, last = _linearize(problem, start, huber), False, 0.0
    for _ in range(ITERATIONS):
        curvature = now.curvature if exact else now.normal
        step = np.linalg.solve(curvature + damping * np.diag(np.diag(now.normal) + 1e-9), -now.gradient)
        size = float(np.max(np.abs(step)))
        if not size < FARTHEST:
            break
        trial = _linearize(problem, moved(now.pose, np.asarray(step, dtype=np.float64)), huber)
        if trial.cost <= now.cost * (1.0 + ROUND_OFF):
            hopeless = damping <= HARDLY and trial.cost - OUTLOOK * (now.cost - trial.cost) > enough
            now, damping, exact = trial, max(0.1 * damping, SMALLEST_DAMPING), size < NEARLY_THERE
            # Steps shrink at least as fast as they just did.
            following, last = size * min(1.0, size / last) if last else size, size
            if hopeless or following < small_step:
                break
        elif exact:
            exact, last = False, 0.0
        elif size < small_step or damping > LARGEST_DAMPING:
            break
        else:
            damping, last = 10.0 * damping, 0.0
    return Solution(now.pose, now.cost, now.normal, now.errors)


def leverages(problem: CornerProblem, solution: Solution) -> Array:
    """Return how many of its 8 numbers (k,) each tag gave away to the six of the pose."""
    _, jacobian = problem.linearize(solution.pose)
    whitened = (jacobian / problem.deviations[:, None, None]).reshape(-1, 6)
    shares = np.sum(whitened * np.linalg.solve(whitened.T @ whitened, whitened.T).T, axis=1)
    return shares.reshape(-1, 8).sum(axis=1)


def lasting_part(problem: CornerProblem, solution: Solution, huber: float) -> Array:
    """Return what (6, 6) errors that are the same in every image add to the covariance of a solution."""
    _, jacobian = problem.linearize(solution.pose)
    distances = np.maximum(solution.errors / problem.deviations, huber)
    weights = problem.lasting * huber / distances / problem.deviations**2
    rows = jacobian.reshape(-1, 6)
    covariance = np.linalg.inv(solution.information)
    return np.asarray(covariance @ (rows.T * np.repeat(weights, 2)) @ rows @ covariance, dtype=np.float64)


def moved(pose: Pose, step: Array) -> Pose:
    """Return `pose` shifted [m] and turned about its own origin [rad], both along the axes of its parent."""
    turned = multiply_quaternions(quaternion_from_rotation_vector(step[3:]), pose.quaternion)
    return Pose(pose.position + step[:3], normalize_quaternion(turned))


def _huber_sum(distances: Array, huber: float) -> float:
    inside = np.minimum(distances, huber)
    return float(np.sum(inside * (2.0 * distances - inside)))


def _linearize(problem: CornerProblem, pose: Pose, huber: float) -> _Linearized:
    residuals, jacobian = problem.linearize(pose)
    errors = np.sqrt(np.einsum("ni,ni->n", residuals, residuals))
    far = errors > huber * problem.deviations
    weights = 1.0 / problem.deviations**2
    weights[far] *= huber * problem.deviations[far] / errors[far]
    rows = jacobian.reshape(-1, 6)
    weighted = rows * np.repeat(weights, 2)[:, None]
    normal, cost = weighted.T @ rows, _huber_sum(errors / problem.deviations, huber)
    curvature = normal - _straight(residuals[far], jacobian[far], weights[far]) if far.any() else normal
    return _Linearized(pose, cost, normal, curvature, weighted.T @ residuals.reshape(-1), errors)


def _straight(residuals: Array, jacobian: Array, weights: Array) -> Array:
    """Return the curvature (6, 6) that is not there along residuals whose cost is a straight line.

    Leaving it in would still lead to the minimum, but slowly.
    """
    along = np.einsum("ni,nij->nj", residuals, jacobian)
    scaled = along * (weights / np.einsum("ni,ni->n", residuals, residuals))[:, None]
    return scaled.T @ along
