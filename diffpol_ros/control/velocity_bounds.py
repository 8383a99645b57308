"""How fast the joints may move where they are."""

import numpy as np

from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array


class VelocityBounds:
    """A share of the robot's velocity limits, less near the ends of a joint's range where the robot asks for that."""

    def __init__(self, limits: JointLimits, scale: float) -> None:
        """Allow `scale` of `limits`."""
        self.greatest = scale * np.array(limits.velocity)
        self._ends, self._scale = limits.end_velocities, scale
        if self._ends is not None:
            self._lower, self._upper = np.array(self._ends.lower), np.array(self._ends.upper)
            self._offset, self._twice = np.array(self._ends.offset), 2.0 * np.array(self._ends.deceleration)

    def at(self, joint_positions: Array) -> tuple[Array, Array]:
        """Return the lowest and the highest velocities (7,) [rad/s] at `joint_positions` (7,) [rad]."""
        if self._ends is None:
            return -self.greatest, self.greatest
        return -self._towards(joint_positions - self._lower), self._towards(self._upper - joint_positions)

    def _towards(self, distance: Array) -> Array:
        left = np.sqrt(self._twice * np.maximum(distance, 0.0)) - self._offset
        return np.minimum(self._scale * np.maximum(left, 0.0), self.greatest)
