"""Velocity, acceleration and jerk of what was sent, from nothing but the targets themselves."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array

ROUNDING = 1.0 + 1e-6
# Robots take targets in single precision: near 3 rad one is off by this much [rad].
RESOLUTION = 1.3e-7
NAMES = ("target_velocity", "target_acceleration", "target_jerk")
UNITS = ("rad/s", "rad/s^2", "rad/s^3")


class Motion:
    """Divided differences: where the motion between keeps a limit, so do they, whatever the steps' lengths."""

    def __init__(self, limits: JointLimits) -> None:
        """Allow `limits`."""
        self._limits = [ROUNDING * np.array(each) for each in (limits.velocity, limits.acceleration, limits.jerk)]
        self._bounds = VelocityBounds(limits, ROUNDING) if limits.end_velocities else None
        self.stand(np.zeros(JOINTS))

    def stand(self, positions: Array) -> None:
        """Begin again from rest at `positions` (7,) [rad]."""
        self._positions = positions
        self._velocity = self._acceleration = np.zeros(JOINTS)
        self._steps: tuple[float, ...] = ()

    def remember(self, positions: Array, duration: float) -> None:
        """Take note that `positions` (7,) [rad] were sent `duration` [s] after those before."""
        self._velocity, self._acceleration, _ = self._differences(positions, duration)
        self._positions = positions
        self._steps = (*self._steps[-1:], duration)

    def judge(self, positions: Array, duration: float) -> Finding | None:
        """Return a finding where sending `positions` next, `duration` [s] after the last, breaks a limit."""
        shortest = min((*self._steps, duration))
        for order, difference in enumerate(self._differences(positions, duration), start=1):
            excess = np.abs(difference) - self._limits[order - 1]
            if order == 1 and self._bounds is not None:
                excess = np.maximum(excess, self._too_near_an_end(difference, positions, self._bounds))
            worst = int(excess.argmax())
            if excess[worst] > 2.0**order * RESOLUTION / shortest**order:
                moved = f"joint {worst + 1} would move at {abs(difference[worst]):.4g} {UNITS[order - 1]}"
                return Finding(NAMES[order - 1], moved)
        return None

    def _too_near_an_end(self, velocity: Array, positions: Array, bounds: VelocityBounds) -> Array:
        """Return (7,) by how much `velocity` exceeds what is allowed at both its ends [rad/s]."""
        (lowest, highest), (lowest_before, highest_before) = bounds.at(positions), bounds.at(self._positions)
        above = velocity - np.maximum(highest, highest_before)
        return np.maximum(above, np.minimum(lowest, lowest_before) - velocity)

    def _differences(self, positions: Array, duration: float) -> tuple[Array, Array, Array]:
        """Return velocity, acceleration and jerk (7,) that end at `positions`."""
        # An arm that stood was where it is at any earlier time: as if it had taken steps like the next.
        before = self._steps[-1] if self._steps else duration
        earlier = self._steps[-2] if len(self._steps) > 1 else duration
        velocity = (positions - self._positions) / duration
        acceleration = (velocity - self._velocity) * (2.0 / (duration + before))
        jerk = (acceleration - self._acceleration) * (3.0 / (duration + before + earlier))
        return velocity, acceleration, jerk
