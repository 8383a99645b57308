"""Whether an arm that brakes at once stays where it may be, all the way to rest."""

from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.control.bending import Bending
from diffpol_ros.control.braking import MotionLimits, StoppingPath, detours
from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.sliding import SHARE, slowing_distance
from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.types import Array

FIRST_PARTS, PARTS, ROUNDS = 6, 4, 5
"""Into how many parts a braking path is cut, and a part in doubt, and how often until it counts as not free."""
LAG = 0.02
"""By how much the reference, which slides, may be ahead of the target, which is looked at [m]."""


class LookAhead:
    """Looks along the braking path of every new motion before it is sent.

    A motion passes only when the path behind it is free. So the path that braking takes from there is known to be free
    when the next motion is not. An arm that starts without room may move, but never deeper into what it is in.
    """

    def __init__(self, body: ArmBody, guards: Sequence[ClearanceGuard], tolerance: float, limits: MotionLimits) -> None:
        """Ask `guards` about `body`, which strays by `tolerance` [m], [rad] at most.

        Its joints keep to `limits`.
        """
        # The other half is for where the body is between the places of a path that are looked at.
        self._tolerance = 0.5 * tolerance
        self._body, self._guards, self._bending = body, guards, Bending(body, np.array(limits.accelerations))
        self._reach = np.array([guard.reach for guard in guards])
        # Out and back.
        self._detours = 2.0 * detours(limits)
        self.room = np.zeros(len(guards))
        """What each guard had left when last looked, now and at rest."""

    def start(self, positions: Array) -> None:
        """Begin at rest at `positions` (7,) [rad]."""
        self._floor = np.minimum(_rooms(self._guards, self._body.at(positions[None]))[:, 0], 0.0) - self._tolerance
        self.room = np.zeros(len(self._guards))

    def near(self, velocities: Array) -> bool:
        """Return whether something may be in the way at joint `velocities` (7,) [rad/s] soon."""
        speeds = SHARE * (self._reach @ np.abs(velocities))
        return bool((self.room < slowing_distance(speeds) + LAG).any())

    def judge(self, limiter: JointLimiter, before: Array) -> Finding | None:
        """Return what is in the way of braking from the limiter's motion; `before` (7,) [rad] was sent last."""
        ends = self._body.at(np.array((limiter.positions, limiter.rest)))
        rooms = _rooms(self._guards, ends)
        travel = self._reach @ (np.abs(limiter.rest - limiter.positions) + self._detours)
        # Between two ends that are `travel` apart, room shrinks to this at most.
        least = 0.5 * (rooms.sum(axis=1) - travel)
        self.room = rooms.min(axis=1)
        doubtful = least < self._floor
        found = self._complaint(limiter.stopping_path, before, doubtful) if doubtful.any() else None
        if found is None:
            # An arm that came out of something does not go in again.
            self._floor = np.maximum(self._floor, np.minimum(self.room, 0.0) - self._tolerance)
        return found

    def _complaint(self, path: StoppingPath, before: Array, asked: NDArray[np.bool_]) -> Finding | None:
        """Look at places on `path` until what lies between them is known to be free of what `asked` guards watch."""
        guards, floor = list(compress(self._guards, asked)), self._floor[asked]
        starts, stretch, parts = np.zeros(1), path.duration, FIRST_PARTS
        for looked in range(1, ROUNDS + 1):
            instants = (starts[:, None] + np.linspace(0.0, stretch, parts + 1)).ravel()
            placement = self._body.at(path.at(instants))
            rooms = _rooms(guards, placement)
            if (rooms.min(axis=1) < floor).any():
                # An arm that is in something already may move as long as it gets no deeper.
                floor = np.minimum(floor, _rooms(guards, self._body.at(before[None]))[:, 0])
            if (rooms.min(axis=1) < floor).any():
                return _finding(guards, placement, rooms - floor[:, None])
            bends = self._bending.bends(instants, placement.configurations)
            rooms = np.array([guard.between(placement, bends) for guard in guards]) + self._tolerance
            # From one stretch to the next nothing is asked.
            rooms[:, parts :: parts + 1] = np.inf
            short = (rooms < floor[:, None]).any(axis=0)
            if not short.any():
                break
            if looked == ROUNDS:
                return _finding(guards, placement, rooms - floor[:, None])
            starts, stretch, parts = instants[:-1][short], stretch / parts, PARTS
        return None


def _rooms(guards: Sequence[ClearanceGuard], placement: Placement) -> Array:
    return np.array([guard.clearances(placement) for guard in guards])


def _finding(guards: Sequence[ClearanceGuard], placement: Placement, spare: Array) -> Finding:
    guard, place = divmod(int(spare.argmin()), spare.shape[1])
    return Finding(guards[guard].name, guards[guard].reason(placement, place))
