"""Both poses that squares can have, for many squares at once: IPPE in closed form, then the nearest least squares.

Collins and Bartoli, Infinitesimal Plane-based Pose Estimation, IJCV 2014: the derivative of the homography at the
square's centre allows two rotations. OpenCV's version divides zero by zero beside symmetric corners; here the two
poses meet there.
"""

import numpy as np

from diffpol_ros.core.types import Array

STEPS = 6
SMALL_STEP = 1e-5
DAMPING = 1e-3
NEAREST = 1e-6


def both_poses(corners: Array, points: Array) -> tuple[Array, Array, Array]:
    """Return rotations (k, 2, 3, 3), translations (k, 2, 3) and costs (k, 2) of k squares.

    corners: (k, 4, 2) on the plane at depth 1 of the camera. points: (k, 4, 3) in the frame of each square, z = 0,
    its centre the origin. cost: sum of squared distances between corners; infinite where there is no pose.
    """
    with np.errstate(all="ignore"):
        rotations = _rotations(*_at_centre(corners, points))
        translations = _translations(rotations, corners[:, None], points[:, None])
        return _refine(rotations, translations, corners[:, None], points[:, None])


def _at_centre(corners: Array, points: Array) -> tuple[Array, Array]:
    """Return where the centres (k, 2) are and how that changes (k, 2, 2) with a step on the square."""
    x, y, u, v = points[:, :, 0], points[:, :, 1], corners[:, :, 0], corners[:, :, 1]
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows_u = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=2)
    rows_v = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=2)
    equations = np.concatenate([rows_u, rows_v], axis=1)
    solved = _solve(equations, np.concatenate([u, v], axis=1))
    a, b, centre_u, c, d, centre_v, g, h = solved.T
    derivative = np.stack([a - g * centre_u, b - h * centre_u, c - g * centre_v, d - h * centre_v], axis=1)
    return np.stack([centre_u, centre_v], axis=1), derivative.reshape(-1, 2, 2)


def _rotations(centres: Array, derivatives: Array) -> Array:
    """Return the two rotations (k, 2, 3, 3) that IPPE allows."""
    to_centre = _onto(centres)
    shear = to_centre[:, :2, :2] - centres[:, :, None] * to_centre[:, 2:, :2]
    flat = _solve(shear, derivatives)
    flat = flat / np.linalg.norm(_finite(flat), ord=2, axis=(1, 2))[:, None, None]
    rest = np.eye(2) - np.swapaxes(flat, 1, 2) @ flat
    first, second = np.sqrt(np.maximum(rest[:, 0, 0], 0.0)), np.sqrt(np.maximum(rest[:, 1, 1], 0.0))
    raised = np.stack([first, np.where(rest[:, 0, 1] < 0.0, -second, second)], axis=1)
    both = np.stack([_complete(flat, raised), _complete(flat, -raised)], axis=1)
    return to_centre[:, None] @ both


def _onto(centres: Array) -> Array:
    """Return the shortest turns (k, 3, 3) that take the optical axis onto the rays through `centres`."""
    length = np.sqrt(1.0 + np.sum(centres**2, axis=1))
    x, y, z = (np.column_stack([centres, np.ones(len(centres))]) / length[:, None]).T
    rows = [1 - x * x / (1 + z), -x * y / (1 + z), x, -x * y / (1 + z), 1 - y * y / (1 + z), y, -x, -y, z]
    return np.stack(rows, axis=1).reshape(-1, 3, 3)


def _complete(flat: Array, raised: Array) -> Array:
    """Return rotations whose first two columns are `flat` (k, 2, 2) over `raised` (k, 2), made orthogonal."""
    columns = np.concatenate([flat, raised[:, None, :]], axis=1)
    first = columns[:, :, 0] / np.linalg.norm(columns[:, :, 0], axis=1, keepdims=True)
    second = columns[:, :, 1] - np.sum(first * columns[:, :, 1], axis=1, keepdims=True) * first
    second = second / np.linalg.norm(second, axis=1, keepdims=True)
    return np.stack([first, second, np.cross(first, second)], axis=2)


def _translations(rotations: Array, corners: Array, points: Array) -> Array:
    """Return the translations (k, 2, 3) that explain the corners best in object space."""
    turned = points @ np.swapaxes(rotations, 2, 3)
    u, v = (
        np.broadcast_arrays(corners[..., 0], turned[..., 0])[0],
        np.broadcast_arrays(corners[..., 1], turned[..., 0])[0],
    )
    zero, one = np.zeros_like(u), np.ones_like(u)
    equations = np.concatenate([np.stack([one, zero, -u], axis=3), np.stack([zero, one, -v], axis=3)], axis=2)
    known = np.concatenate([u * turned[..., 2] - turned[..., 0], v * turned[..., 2] - turned[..., 1]], axis=2)
    across = np.swapaxes(equations, 2, 3)
    return _solve(across @ equations, (across @ known[..., None])[..., 0])


def _refine(rotations: Array, translations: Array, corners: Array, points: Array) -> tuple[Array, Array, Array]:
    """Return the nearest minima of the squared distances of the corners: Levenberg-Marquardt, all at once."""
    residuals, jacobian = _linearize(rotations, translations, corners, points)
    costs = np.sum(residuals**2, axis=2)
    damping = np.full((*costs.shape, 1, 1), DAMPING)
    for _ in range(STEPS):
        across = np.swapaxes(jacobian, 2, 3)
        normal = across @ jacobian
        diagonal = np.eye(6) * np.diagonal(normal, axis1=2, axis2=3)[..., None, :]
        steps = _solve(normal + damping * diagonal, -(across @ residuals[..., None])[..., 0])
        tried = _turned(rotations, steps[..., 3:]), translations + steps[..., :3]
        new_residuals, new_jacobian = _linearize(*tried, corners, points)
        new_costs = np.sum(new_residuals**2, axis=2)
        better = new_costs < costs
        rotations = np.where(better[..., None, None], tried[0], rotations)
        translations = np.where(better[..., None], tried[1], translations)
        residuals = np.where(better[..., None], new_residuals, residuals)
        jacobian = np.where(better[..., None, None], new_jacobian, jacobian)
        costs = np.where(better, new_costs, costs)
        damping = np.where(better[..., None, None], 0.1 * damping, 10.0 * damping)
        if not np.any(np.abs(steps[better]) > SMALL_STEP):
            break
    return rotations, translations, np.where(_sound(rotations, translations, costs, points), costs, np.inf)


def _linearize(rotations: Array, translations: Array, corners: Array, points: Array) -> tuple[Array, Array]:
    """Return residuals (k, 2, 8) and their derivative (k, 2, 8, 6) by a shift and a turn along the camera's axes."""
    arms = points @ np.swapaxes(rotations, 2, 3)
    places = arms + translations[..., None, :]
    depth = np.maximum(places[..., 2], NEAREST)
    ideal = places[..., :2] / depth[..., None]
    ax, ay, az = (arms[..., axis] / depth for axis in range(3))
    u, v, closer, zero = ideal[..., 0], ideal[..., 1], 1.0 / depth, np.zeros_like(depth)
    by_u = np.stack([closer, zero, -u * closer, -u * ay, az + u * ax, -ay], axis=3)
    by_v = np.stack([zero, closer, -v * closer, -az - v * ay, v * ax, ax], axis=3)
    residuals = ideal - corners
    return np.concatenate([residuals[..., 0], residuals[..., 1]], axis=2), np.concatenate([by_u, by_v], axis=2)


def _turned(rotations: Array, vectors: Array) -> Array:
    """Return the rotations, followed by a turn by the rotation vectors (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    turn = np.eye(3) + np.sinc(angle / np.pi) * cross + 0.5 * np.sinc(0.5 * angle / np.pi) ** 2 * cross @ cross
    return turn @ rotations


def _sound(rotations: Array, translations: Array, costs: Array, points: Array) -> Array:
    """Return which poses (k, 2) are finite, before the camera and show the front of the square."""
    depths = (points @ np.swapaxes(rotations, 2, 3))[..., 2] + translations[..., None, 2]
    facing = np.sum(rotations[..., 2] * translations, axis=-1) > 0.0
    return np.isfinite(costs) & np.all(depths > NEAREST, axis=-1) & facing


def _finite(values: Array) -> Array:
    return np.nan_to_num(values, posinf=0.0, neginf=0.0)


def _solve(matrices: Array, right: Array) -> Array:
    """Return the solutions of small systems; not a number where a matrix is singular or not finite."""
    vector = right.ndim < matrices.ndim
    sides = right[..., None] if vector else right
    sound = np.all(np.isfinite(matrices), axis=(-2, -1))
    sound = sound & (np.abs(np.linalg.det(np.where(sound[..., None, None], matrices, 0.0))) > 0.0)
    safe = np.where(sound[..., None, None], matrices, np.eye(matrices.shape[-1]))
    solved = np.where(sound[..., None, None], np.linalg.solve(safe, sides), np.nan)
    return solved[..., 0] if vector else solved
