"""The joints stay within their position limits, with a margin."""

import numpy as np

from diffpol_ros.control.guards.clearance import Contact, straight_between
from diffpol_ros.core.arm_body import Placement
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array


class JointMargin:
    """How far the nearest joint is from the end of its range, less the margin; in [rad] where others say [m]."""

    name = "joint_margin"

    def __init__(self, limits: JointLimits, margin: tuple[float, ...]) -> None:
        """Keep `margin` (7,) [rad] from `limits`."""
        self._lower = np.array(limits.lower) + np.array(margin)
        self._upper = np.array(limits.upper) - np.array(margin)
        self.reach = np.ones(JOINTS)

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [rad]."""
        return self._room(placement).min(axis=1)

    def between(self, placement: Placement, bends: Array) -> Array:
        """Return (n - 1,) the least room left between neighbours [rad]: a joint comes to rest without a detour."""
        return straight_between(self.clearances(placement)) - bends

    def reason(self, placement: Placement, index: int) -> str:
        """Say which joint would be too near its end."""
        room = self._room(placement)[index]
        worst = int(room.argmin())
        return f"joint {worst + 1} would be {-room[worst]:.3f} rad beyond its margin"

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return none: the inverse kinematics and the limiter know the ends of the joints themselves."""
        return []

    def _room(self, placement: Placement) -> Array:
        joints = placement.configurations
        return np.minimum(joints - self._lower, self._upper - joints)
