"""An arm that is itself where none of its targets was."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.types import Array


class Stray:
    """Asks guards of places about what was measured: an arm that lags behind its targets cuts their corners."""

    def __init__(self, body: ArmBody, guards: Sequence[ClearanceGuard], tolerance: float) -> None:
        """Allow `body` to be `tolerance` [m] past `guards`."""
        self._body, self._guards, self._tolerance = body, guards, tolerance
        self._floor = np.full(len(guards), -tolerance)

    def start(self, measured: Array) -> None:
        """Begin at `measured` (7,) [rad], where there may be less room already."""
        self._floor = np.minimum(self._rooms(self._body.at(measured[None])), 0.0) - self._tolerance

    def judge(self, measured: Array) -> Finding | None:
        """Return a finding where the body at `measured` (7,) [rad] is too far past a guard."""
        rooms = self._rooms(self._body.at(measured[None]))
        short = rooms - self._floor
        worst = int(short.argmin())
        if short[worst] >= 0.0:
            return None
        return Finding("strayed", f"the arm is measured {-rooms[worst]:.3f} m past its {self._guards[worst].name}")

    def _rooms(self, placement: Placement) -> Array:
        return np.array([guard.clearances(placement)[0] for guard in self._guards])
