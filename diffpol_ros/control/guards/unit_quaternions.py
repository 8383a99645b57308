"""Quaternions that are no rotations."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.core.types import Array

UNIT_TOLERANCE = 1e-3


def find_not_unit(quaternions: Array) -> Finding | None:
    """Return a finding where any of `quaternions` (n, 4) is not of norm 1."""
    norms = np.sqrt(np.einsum("ij,ij->i", quaternions, quaternions))
    worst = float(norms[np.abs(norms - 1.0).argmax()])
    if abs(worst - 1.0) <= UNIT_TOLERANCE:
        return None
    return Finding("not_unit", f"the chunk has a quaternion of norm {worst:.4f}, expected 1")
