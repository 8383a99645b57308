"""A target that runs away from the arm."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.core.types import Array


class StepSize:
    """Compares the next target with where the arm is measured."""

    def __init__(self, limits: tuple[float, ...]) -> None:
        """Allow `limits` (7,) [rad]."""
        self._limits = np.array(limits)

    def judge(self, measured: Array, before: Array, target: Array) -> Finding | None:
        """Return a finding where `target` is too far from `measured`, and farther than `before` was; all (7,) [rad]."""
        distance = np.abs(target - measured)
        farther = distance > np.maximum(self._limits, np.abs(before - measured))
        if not farther.any():
            return None
        worst = int(np.where(farther, distance - self._limits, -np.inf).argmax())
        return Finding("step_size", f"joint {worst + 1} is {distance[worst]:.2f} rad behind: waiting for the arm")
