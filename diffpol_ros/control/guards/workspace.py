"""The tool centre point stays in its box."""

import numpy as np

from diffpol_ros.control.guards.clearance import Contact, straight_between
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.clearances import inside_box
from diffpol_ros.core.geometry import Box
from diffpol_ros.core.types import Array


class Workspace:
    """How far the tool centre point is within the box."""

    name = "workspace"

    def __init__(self, body: ArmBody, box: Box) -> None:
        """Keep the tool of `body` in `box`."""
        self._body, self._box = body, box
        self._lower, self._upper = np.array(box.lower), np.array(box.upper)
        self._tool = len(body.spheres) - 1
        self.reach = body.reach

    def room(self, point: Array) -> float:
        """Return how far `point` (3,) is within the box [m]; negative outside."""
        return float(np.minimum(point - self._lower, self._upper - point).min())

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [m]."""
        return inside_box(placement.tool, self._lower, self._upper)

    def between(self, placement: Placement, bends: Array) -> Array:
        """Return (n - 1,) the least room left between neighbours [m]: what is free is convex."""
        return straight_between(self.clearances(placement)) - bends

    def reason(self, placement: Placement, index: int) -> str:
        """Say where the tool would be."""
        return self.where("the arm would reach", placement.tool[index])

    def where(self, who: str, point: Array) -> str:
        """Say that `point` (3,) [m] is outside."""
        spot = ", ".join(f"{value:.3f}" for value in point)
        return f"workspace: {who} ({spot}) m, outside {self._box}"

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return the faces that are nearer than `within` [m]."""
        point, found = placement.tool[0], list[Contact]()
        for axis in range(3):
            for sign, room in ((1.0, point[axis] - self._lower[axis]), (-1.0, self._upper[axis] - point[axis])):
                if room < within:
                    direction = np.zeros(3)
                    direction[axis] = sign
                    rate = self._body.rate(placement, 0, self._tool, direction)
                    found.append(Contact(self.name, float(room), rate))
        return found
