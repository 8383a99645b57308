"""How far a moving arm can be from the straight lines between places on its way."""

import numpy as np

from diffpol_ros.core.arm_body import ArmBody
from diffpol_ros.core.types import Array


class Bending:
    """Bounds the second derivative of every point of a body, whose joints' accelerations are bounded."""

    def __init__(self, body: ArmBody, accelerations: Array) -> None:
        """Take it that the joints of `body` accelerate by at most `accelerations` (7,) [rad/s^2]."""
        self._accelerations = accelerations
        # Joints too are this near to their own straight lines.
        self._linear = max(float(body.reach @ accelerations), float(accelerations.max()))
        # A point's second derivative by two joints' angles is at most as long as its lever about the outer one.
        outer = np.maximum.outer(np.arange(len(body.reach)), np.arange(len(body.reach)))
        self._levers = body.reach[outer]

    def bends(self, instants: Array, configurations: Array) -> Array:
        """Return (n - 1,) how far any point [m] or joint [rad] may be from its chord between neighbours.

        instants: (n,) [s], configurations: (n, 7) [rad].
        """
        spans = np.maximum(np.diff(instants), 1e-9)[:, None]
        speeds = np.abs(np.diff(configurations, axis=0)) / spans + 0.5 * self._accelerations * spans
        turning = np.einsum("ni,ij,nj->n", speeds, self._levers, speeds)
        return spans[:, 0] ** 2 / 8.0 * (self._linear + turning)
