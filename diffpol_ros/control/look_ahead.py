"""Whether an arm that brakes at once stays where it may be, all the way to rest."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.sliding import SHARE, slowing_distance
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.types import Array

SAMPLES = 12
LAG = 0.02
"""By how much the reference, which slides, may be ahead of the target, which is looked at [m]."""
OVERSHOOT = 1e-3
"""By how much a braking joint may leave the way between where it is and where it will stand [rad]."""


class LookAhead:
    """Looks along the braking path of every new motion before it is sent.

    A motion passes only when the path behind it is free. So the path that braking takes from there is known to be free
    when the next motion is not. An arm that starts without room may move, but never deeper into what it is in.
    """

    def __init__(self, body: ArmBody, guards: Sequence[ClearanceGuard], tolerance: float) -> None:
        """Ask `guards` about `body`, which strays by `tolerance` [m], [rad] at most."""
        # The other half is for where the body is between the samples of a path.
        self._tolerance = 0.5 * tolerance
        self._body, self._guards = body, guards
        self._reach = np.array([guard.reach for guard in guards])
        self.room = np.zeros(len(guards))
        """What each guard had left when last looked, now and at rest."""

    def start(self, positions: Array) -> None:
        """Begin at rest at `positions` (7,) [rad]."""
        self._floor = np.minimum(self._rooms(self._body.at(positions[None]))[:, 0], 0.0) - self._tolerance
        self.room = np.zeros(len(self._guards))

    def near(self, velocities: Array) -> bool:
        """Return whether something may be in the way at joint `velocities` (7,) [rad/s] soon."""
        speeds = SHARE * (self._reach @ np.abs(velocities))
        return bool((self.room < slowing_distance(speeds) + LAG).any())

    def judge(self, limiter: JointLimiter, before: Array) -> Finding | None:
        """Return what is in the way of braking from the limiter's motion; `before` (7,) [rad] was sent last."""
        ends = self._body.at(np.array((limiter.positions, limiter.rest)))
        rooms = self._rooms(ends)
        travel = self._reach @ (np.abs(limiter.rest - limiter.positions) + OVERSHOOT)
        # Between two ends that are `travel` apart, room shrinks to this at most.
        least = 0.5 * (rooms.sum(axis=1) - travel)
        self.room = rooms.min(axis=1)
        if (least >= self._floor).all():
            return None
        path = limiter.stopping_path.sample(SAMPLES)
        return self._complaint(self._body.at(np.vstack((limiter.positions, path))), before)

    def _complaint(self, placement: Placement, before: Array) -> Finding | None:
        rooms = self._rooms(placement)
        short = rooms.min(axis=1) < self._floor
        if not short.any():
            return None
        # An arm that is in something already may move as long as it gets no deeper.
        floor = np.minimum(self._floor, self._rooms(self._body.at(before[None]))[:, 0])
        short = rooms.min(axis=1) < floor
        if not short.any():
            return None
        worst = int(short.argmax())
        guard = self._guards[worst]
        return Finding(guard.name, guard.reason(placement, int(rooms[worst].argmin())))

    def _rooms(self, placement: Placement) -> Array:
        return np.array([guard.clearances(placement) for guard in self._guards])
