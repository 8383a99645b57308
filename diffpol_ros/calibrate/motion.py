"""Whether the hand turned enough for a hand-eye calibration, and which turn is missing."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.core.types import Array, Pose

AXES = "xyz"


def mean_pose(poses: Sequence[Pose]) -> Pose:
    """Return the mean of positions and rotations."""
    rotation = Rotation.from_quat([pose.quaternion for pose in poses]).mean()
    return Pose(np.mean([pose.position for pose in poses], axis=0), rotation.as_quat())


def turns(hands: Sequence[Pose]) -> Array:
    """Return (n, 3) how far each hand is turned from the mean of all, about the mean hand's own axes [rad]."""
    rotations = Rotation.from_quat([hand.quaternion for hand in hands])
    return (rotations.mean().inv() * rotations).as_rotvec()


def ranges(hands: Sequence[Pose]) -> Array:
    """Return (3,) over which range the hand turned about its x, y and z axis [rad]."""
    return np.ptp(turns(hands), axis=0) if hands else np.zeros(3)


def principal_ranges(hands: Sequence[Pose]) -> Array:
    """Return (3,) the ranges of turning about the axes it turned about most, second most and least [rad]."""
    if len(hands) < 2:
        return np.zeros(3)
    turned = turns(hands)
    _, _, axes = np.linalg.svd(turned - turned.mean(axis=0))
    return np.ptp(turned @ axes.T, axis=0)


def missing_turn(hands: Sequence[Pose], minimum: float) -> str:
    """Return what turn of the hand is missing, or an empty text.

    With all turns about one axis, where the camera is along that axis cannot be told: two axes need `minimum` [rad].
    """
    if principal_ranges(hands)[1] >= minimum:
        return ""
    turned = ranges(hands)
    about = ", ".join(f"{name} {np.degrees(value):.0f}" for name, value in zip(AXES, turned, strict=True))
    wanted = f"turn it about its {_missing_axis(hands)} axis by {np.degrees(minimum):.0f} degrees"
    return f"the hand turned about too few axes ({about} degrees): {wanted}"


def _missing_axis(hands: Sequence[Pose]) -> str:
    """Return the axis of the hand that lies most across the one it turned about and was turned about least."""
    if len(hands) < 2:
        return AXES[0]
    turned = turns(hands)
    scatter = turned.T @ turned
    _, vectors = np.linalg.eigh(scatter)
    across = 1.0 - np.abs(vectors[:, -1])
    return AXES[int(np.argmax(across - 1e-3 * np.diag(scatter)))]
