"""No part of the arm and the hand enters a box that is to be left alone."""

import numpy as np

from diffpol_ros.control.guards.clearance import Contact
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.clearances import outside_boxes, ways_outside_boxes
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.types import Array


class KeepOuts:
    """How far the body is from the nearest box."""

    name = "keep_out"

    def __init__(self, body: ArmBody, boxes: tuple[KeepOut, ...]) -> None:
        """Keep `body` out of `boxes`, of which there is at least one."""
        self._body, self._boxes = body, boxes
        self._lower = np.array([box.lower for box in boxes])
        self._upper = np.array([box.upper for box in boxes])
        self._radii = body.radii[body.covering]
        self.reach = body.reach

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [m]."""
        return self._distances(placement).min(axis=(1, 2))

    def between(self, placement: Placement, bends: Array) -> Array:
        """Return (n - 1,) the least room left between neighbours [m]."""
        points = placement.points[:, :, self._body.covering]
        return (ways_outside_boxes(points, self._lower, self._upper) - self._radii).min(axis=(1, 2)) - bends

    def reason(self, placement: Placement, index: int) -> str:
        """Say what would be in which box."""
        distances = self._distances(placement)[index]
        box, sphere = np.unravel_index(distances.argmin(), distances.shape)
        return f"the {self._body.spheres[sphere].name} would enter the keep-out {self._boxes[box].name!r}"

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return the nearest sphere of each box that is nearer than `within` [m]."""
        distances, found = self._distances(placement)[0], list[Contact]()
        for box, row in enumerate(distances):
            sphere = int(row.argmin())
            if row[sphere] < within:
                away = self._away(placement.points[0, :, sphere], box)
                rate = self._body.rate(placement, 0, sphere, away)
                found.append(Contact(self.name, float(row[sphere]), rate))
        return found

    def _distances(self, placement: Placement) -> Array:
        points = placement.points[:, :, self._body.covering]
        return outside_boxes(points, self._lower, self._upper) - self._radii

    def _away(self, point: Array, box: int) -> Array:
        """Return the direction (3,) in which `point` leaves the box soonest."""
        nearest = np.minimum(np.maximum(point, self._lower[box]), self._upper[box])
        away = point - nearest
        distance = float(np.linalg.norm(away))
        if distance > 0.0:
            return away / distance
        room = np.concatenate((point - self._lower[box], self._upper[box] - point))
        face, direction = int(room.argmin()), np.zeros(3)
        direction[face % 3] = -1.0 if face < 3 else 1.0
        return direction
