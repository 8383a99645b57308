"""What an arm behind springs makes of targets that are held until the next one comes."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from diffpol_ros.core.types import Array

NEARLY_CRITICAL = 1e-4
STIFFEST = 1e-4
"""The smallest inertia that is told from none [s]."""
GRID = 5e-4


@dataclass(frozen=True)
class Mode:
    """A mass on spring and damper, 1 / (s^2 inertia^2 + s lag + 1).

    lag: by which slow motion trails, damping over stiffness [s]. inertia: the inverse natural frequency [s/rad].
    """

    lag: float
    inertia: float


class HeldTargets:
    """Targets `sent` (n,) at `sent_times` (n,) [s], and the instants `times` (m,) [s] at which the arm was measured."""

    def __init__(self, sent_times: Array, sent: Array, times: Array) -> None:
        """Lay the targets on a fine grid; before the first the arm rests there."""
        self._times = times
        self._grid = np.arange(sent_times[0], max(times[-1], sent_times[-1]) + GRID, GRID)
        # Each grid step takes the target of its middle, so that rounding the times shifts nothing.
        newest = np.searchsorted(sent_times, self._grid + 0.5 * GRID, side="right") - 1
        self._moved = sent[np.maximum(newest, 0)] - sent[0]

    def answered(self, mode: Mode, transport: float) -> Array:
        """Return by how much the arm has moved (m,) at the measured instants, `transport` [s] late."""
        numerator, denominator = filter_of(mode)
        return np.interp(self._times - transport, self._grid, lfilter(numerator, denominator, self._moved))


def filter_of(mode: Mode) -> tuple[Array, Array]:
    """Return numerator (3,) and denominator (3,) of the filter that answers exactly to targets held for `GRID`."""
    inertia = max(mode.inertia, STIFFEST)
    damping = _damping(mode, inertia)
    product = np.exp(-2.0 * damping * GRID / inertia)
    rate, decay = np.sqrt(abs(1.0 - damping**2)) * GRID / inertia, damping * GRID / inertia
    total = 2.0 * np.exp(-decay) * np.cos(rate) if damping < 1.0 else np.exp(rate - decay) + np.exp(-rate - decay)
    first, second = step_response(mode, np.array([GRID, 2.0 * GRID]))
    return np.array([0.0, first, second - first - total * first]), np.array([1.0, -total, product])


def step_response(mode: Mode, since: Array) -> Array:
    """Return how much of a step is done `since` [s] it began to act: 0 before, 1 in the end."""
    inertia = max(mode.inertia, STIFFEST)
    damping, angle = _damping(mode, inertia), np.maximum(since, 0.0) / inertia
    return np.where(since > 0.0, _ringing(angle, damping) if damping < 1.0 else _creeping(angle, damping), 0.0)


def _damping(mode: Mode, inertia: float) -> float:
    damping = mode.lag / (2.0 * inertia)
    if mode.inertia < STIFFEST:
        # So stiff an arm is there at once: it neither rings nor creeps.
        damping = max(damping, 1.0)
    return 1.0 + NEARLY_CRITICAL if abs(damping - 1.0) < NEARLY_CRITICAL else damping


def _ringing(angle: Array, damping: float) -> Array:
    rate = np.sqrt(1.0 - damping**2)
    wave = np.cos(rate * angle) + damping / rate * np.sin(rate * angle)
    return np.asarray(1.0 - np.exp(-damping * angle) * wave)


def _creeping(angle: Array, damping: float) -> Array:
    # Written so that a very damped arm loses no digits: the product of the two roots is 1.
    fast = damping + np.sqrt(damping**2 - 1.0)
    slow = 1.0 / fast
    return np.asarray(1.0 - (fast * np.exp(-slow * angle) - slow * np.exp(-fast * angle)) / (fast - slow))
