"""Whether an arm that brakes at once stays where it may be, all the way to rest."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.control.bending import Bending
from diffpol_ros.control.braking import StoppingPath
from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.sliding import SHARE, slowing_distance
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.types import Array

SAMPLES, HALVINGS = 12, 5
"""Places of a braking path that are looked at first, and how often the way between two of them may be halved."""
LAG = 0.02
"""By how much the reference, which slides, may be ahead of the target, which is looked at [m]."""
OVERSHOOT = 1e-3
"""By how much a braking joint may leave the way between where it is and where it will stand [rad]."""


class LookAhead:
    """Looks along the braking path of every new motion before it is sent.

    A motion passes only when the path behind it is free. So the path that braking takes from there is known to be free
    when the next motion is not. An arm that starts without room may move, but never deeper into what it is in.
    """

    def __init__(self, body: ArmBody, guards: Sequence[ClearanceGuard], tolerance: float, accelerations: Array) -> None:
        """Ask `guards` about `body`, which strays by `tolerance` [m], [rad] at most.

        Its joints accelerate by at most `accelerations` (7,) [rad/s^2].
        """
        # The other half is for where the body is between the places of a path that are looked at.
        self._tolerance = 0.5 * tolerance
        self._body, self._guards, self._bending = body, guards, Bending(body, accelerations)
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
        return self._complaint(limiter.stopping_path, before)

    def _complaint(self, path: StoppingPath, before: Array) -> Finding | None:
        """Look at places on `path` until what lies between them is known to be free too."""
        floor, instants = self._floor, np.linspace(0.0, path.duration, SAMPLES + 1)
        for halving in range(HALVINGS + 1):
            placement = self._body.at(path.at(instants))
            rooms = self._rooms(placement)
            if (rooms.min(axis=1) < floor).any():
                # An arm that is in something already may move as long as it gets no deeper.
                floor = np.minimum(floor, self._rooms(self._body.at(before[None]))[:, 0])
            between = self._between(placement, instants) + self._tolerance
            if (rooms.min(axis=1) < floor).any():
                return self._finding(placement, rooms, floor)
            doubtful = (between < floor[:, None]).any(axis=0)
            if not doubtful.any():
                return None
            if halving == HALVINGS:
                return self._finding(placement, between, floor)
            middles = 0.5 * (instants[1:] + instants[:-1])[doubtful]
            instants = np.sort(np.concatenate((instants, middles)))
        return None

    def _between(self, placement: Placement, instants: Array) -> Array:
        """Return the least room (k, n - 1) that guards may have between neighbouring places."""
        bends = self._bending.bends(instants, placement.configurations)
        return np.array([guard.between(placement, bends) for guard in self._guards])

    def _finding(self, placement: Placement, rooms: Array, floor: Array) -> Finding:
        worst = int((rooms.min(axis=1) - floor).argmin())
        guard = self._guards[worst]
        return Finding(guard.name, guard.reason(placement, int(rooms[worst].argmin())))

    def _rooms(self, placement: Placement) -> Array:
        return np.array([guard.clearances(placement) for guard in self._guards])
