"""No part of the arm and the hand goes below the table."""

import numpy as np

from diffpol_ros.control.guards.clearance import Contact, straight_between
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.types import Array

UP = np.array([0.0, 0.0, 1.0])
LOWEST = 3


class Table:
    """How far the lowest capsule is above a level plane."""

    name = "table"

    def __init__(self, body: ArmBody, height: float) -> None:
        """Keep `body` above `height` [m]."""
        self._body = body
        self._levels = body.radii[body.ends] + height
        self.reach = body.reach

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [m]."""
        return self._heights(placement).min(axis=1)

    def between(self, placement: Placement, bends: Array) -> Array:
        """Return (n - 1,) the least room left between neighbours [m]: what is free is convex."""
        return straight_between(self.clearances(placement)) - bends

    def reason(self, placement: Placement, index: int) -> str:
        """Say what would be below."""
        heights = self._heights(placement)[index]
        lowest = int(heights.argmin())
        name = self._body.spheres[self._body.ends][lowest].name
        return f"the {name} would be {-heights[lowest]:.3f} m below the table"

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return the lowest ends that are nearer than `within` [m]."""
        heights = self._heights(placement)[0]
        near = [int(index) for index in heights.argsort()[:LOWEST] if heights[index] < within]
        first, body = self._body.ends.start, self._body
        return [Contact(self.name, float(heights[end]), body.rate(placement, 0, first + end, UP)) for end in near]

    def _heights(self, placement: Placement) -> Array:
        return placement.points[:, 2, self._body.ends] - self._levels
