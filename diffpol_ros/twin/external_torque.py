"""What a Franka reports as external torques: filtered, so that a contact shows within milliseconds, without spikes."""

import numpy as np

from diffpol_ros.core.types import Array

# Share of the newest tick: a time constant of 10 ms.
SHARE = 0.1


class ExternalTorque:
    """A low-pass filter over what contacts and joint stops do to the joints."""

    def __init__(self, constraint: Array) -> None:
        """Filter `constraint` (n,) [Nm], a view that each tick writes anew."""
        self._constraint = constraint
        self.filtered = np.zeros_like(constraint)
        self._change = np.zeros_like(constraint)

    def feel(self) -> None:
        """Take the present tick."""
        np.subtract(self._constraint, self.filtered, out=self._change)
        self._change *= SHARE
        self.filtered += self._change

    def reset(self) -> None:
        """Feel nothing."""
        self.filtered[:] = 0.0
