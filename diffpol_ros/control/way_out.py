"""Out of a posture from which no small step leads to a target that can be reached."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from diffpol_ros.core.types import Array, Pose

ARRIVED = 1e-3
"""Of the error [m, rad]: nothing is blocked there."""
BLOCKED = 0.15
"""Share of the wanted motion below which an arm does not progress."""
PATIENCE = 0.2
"""Time over which progress is averaged [s]: at a limit it may come and go with every step."""
LEAP = 0.1
"""Time of a scout's step [s]."""
LEAPS = 40
"""After which a scout that has not arrived starts elsewhere."""
FOUND, LOST = 0.005, 0.05
"""Errors of the scout [m, rad] below which the arm follows it, and above which it no longer does."""
BESIDE = 0.05
"""Distance from the scout's posture [rad] from which small steps lead on."""
CALM = 0.5
"""Share of the joints' velocities, and the gain [1/s], of the way there."""
GAIN = 2.0


class Solved(Protocol):
    """What is known of the present step."""

    @property
    def jacobian(self) -> Array:
        """Of the tool (6, 7)."""
        ...

    @property
    def missing(self) -> float:
        """Of the target [m, rad]."""
        ...

    @property
    def progress(self) -> float:
        """Share of the wanted motion."""
        ...


class WayOut:
    """When an arm is blocked, sends a scout from home to the target; if it arrives, leads the arm to its posture.

    Between two postures within the limits every posture on the straight line is within them, so that way is never
    blocked. Where no scout arrives the target is out of reach, and the arm stays as near as it came.
    """

    def __init__(
        self,
        leap: Callable[[Array, Pose, float], tuple[Array, float]],
        home: Array,
        ends: tuple[Array, Array],
        greatest: Array,
        tool_speed: float,
    ) -> None:
        """Scouts move by `leap` between `ends` [rad]; the tool moves at most at `tool_speed` [m/s], 0: never."""
        self._leap, self._home, self._ends, self._tool_speed = leap, home, ends, tool_speed
        self._greatest = CALM * greatest
        self.reset()

    def reset(self) -> None:
        """Begin anew, not blocked."""
        self._progress, self._leading, self._scouts = 1.0, False, 0
        self._scout, self._leaps = self._home, 0

    def velocities(self, joints: Array, target: Pose, solved: Solved, duration: float) -> Array | None:
        """Return the velocities (7,) [rad/s] that lead out, or None where small steps are as good."""
        if solved.missing < ARRIVED or self._tool_speed == 0.0:
            self.reset()
            return None
        self._progress += min(duration / PATIENCE, 1.0) * (solved.progress - self._progress)
        if not self._leading and self._progress > BLOCKED:
            return None
        self._search(target)
        gap = self._scout - joints
        if self._leading and float(np.abs(gap).max()) < BESIDE:
            self._progress = 1.0
            self._next_scout()
        return self._calm(gap, solved.jacobian) if self._leading else None

    def _search(self, target: Pose) -> None:
        self._scout, missing = self._leap(self._scout, target, LEAP)
        self._leaps += 1
        self._leading = missing < (LOST if self._leading else FOUND)
        if not self._leading and self._leaps > LEAPS:
            self._next_scout()

    def _next_scout(self) -> None:
        """Start at home, and if that does not help at postures around it, the same ones every time."""
        self._scouts, self._leaps, self._leading = self._scouts + 1, 0, False
        random = np.random.default_rng(self._scouts)
        start = random.uniform(*self._ends)
        self._scout = self._home + random.uniform() * (start - self._home)

    def _calm(self, gap: Array, jacobian: Array) -> Array:
        wanted = GAIN * gap
        speed = float(np.linalg.norm(jacobian[:3] @ wanted))
        return wanted / max(float((np.abs(wanted) / self._greatest).max()), speed / self._tool_speed, 1.0)
