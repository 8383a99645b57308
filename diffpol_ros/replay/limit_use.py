"""How much of its limits the arm used, over time."""

import numpy as np

from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.replay.series import JointSeries


def position_use(joints: JointSeries, limits: JointLimits) -> Array:
    """Return (n, 7) each joint's share of the way from the middle of its range to an end: -1 to 1."""
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    if not len(joints):
        return np.zeros((0, len(lower)))
    return (joints.positions[:, : len(lower)] - 0.5 * (lower + upper)) / (0.5 * (upper - lower))


def velocity_use(joints: JointSeries, limits: JointLimits) -> Array:
    """Return (n, 7) each joint's share of its velocity limit, -1 to 1; no rows where no velocities are told."""
    count = len(limits.velocity)
    if not joints.velocities.size:
        return np.zeros((0, count))
    return joints.velocities[:, :count] / np.array(limits.velocity)
