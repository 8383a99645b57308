"""The wiggle that shows an arm's latency: slow and wide first, then quick and small, at rest at both ends."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array

RAMP = 0.15
REST = 0.3


@dataclass(frozen=True)
class WiggleShape:
    """How the hand moves to and fro along one axis."""

    amplitude: float = setting(0.02, description="at most, to either side [m]", minimum=0.003, maximum=0.05)
    duration: float = setting(4.0, description="of one wiggle [s]", minimum=2.0, maximum=20.0)
    slowest: float = setting(0.4, description="frequency at its begin [Hz]", minimum=0.1, maximum=1.0)
    fastest: float = setting(3.5, description="frequency at its end [Hz]", minimum=1.0, maximum=5.0)

    def times(self, step: float) -> Array:
        """Return the instants (n,) of its waypoints [s], `step` [s] apart, the last of them at rest."""
        return np.asarray(step * np.arange(1, round((self.duration + REST) / step) + 1), dtype=np.float64)

    def displacements(self, times: Array) -> Array:
        """Return where the hand is (n,) [m] at `times` (n,) [s]: about as fast at every frequency."""
        share = np.clip(times / self.duration, 0.0, 1.0)
        frequency = self.slowest + (self.fastest - self.slowest) * share
        cycles = self.duration * share * (self.slowest + frequency) / 2.0
        edge = np.minimum(np.minimum(share, 1.0 - share) / RAMP, 1.0)
        # From 0 to 1 with neither speed nor acceleration at its ends.
        window = edge**3 * (10.0 - 15.0 * edge + 6.0 * edge**2)
        return np.asarray(self.amplitude * window * self.slowest / frequency * np.sin(2.0 * np.pi * cycles))
