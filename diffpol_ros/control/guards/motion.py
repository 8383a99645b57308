"""Velocity, acceleration and jerk of what was sent, from nothing but the targets themselves."""

from collections import deque

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.core.robot_description import JointLimits
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
        self._limits = np.array([limits.velocity, limits.acceleration, limits.jerk])
        self._sent: deque[tuple[float, Array]] = deque(maxlen=len(NAMES))

    def stand(self, positions: Array) -> None:
        """Begin again from rest at `positions` (7,) [rad]."""
        self._sent.clear()
        self._sent.append((0.0, np.array(positions)))

    def remember(self, positions: Array, duration: float) -> None:
        """Take note that `positions` (7,) [rad] were sent `duration` [s] after those before."""
        self._sent.append((self._sent[-1][0] + duration, np.array(positions)))

    def judge(self, positions: Array, duration: float) -> Finding | None:
        """Return a finding where sending `positions` next, `duration` [s] after the last, breaks a limit."""
        times, differences = self._history(positions, duration)
        shortest = float(np.diff(times).min())
        for order, name in enumerate(NAMES, start=1):
            spans = times[order:] - times[:-order]
            differences = order * np.diff(differences, axis=0) / spans[:, None]
            allowed = ROUNDING * self._limits[order - 1] + 2.0**order * RESOLUTION / shortest**order
            size = np.abs(differences[-1])
            worst = int((size / allowed).argmax())
            if size[worst] > allowed[worst]:
                return Finding(name, f"joint {worst + 1} would move at {size[worst]:.4g} {UNITS[order - 1]}")
        return None

    def _history(self, positions: Array, duration: float) -> tuple[Array, Array]:
        """Return the times (4,) [s] and the positions (4, 7) [rad] of the last targets and the next."""
        first, rest = self._sent[0]
        missing = len(NAMES) - len(self._sent)
        before = [(first - (missing - index) * duration, rest) for index in range(missing)]
        times, sent = zip(*before, *self._sent, (self._sent[-1][0] + duration, positions), strict=True)
        return np.array(times), np.array(sent)
