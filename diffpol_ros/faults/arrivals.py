"""What a robot's server received, put beside what the bridge told of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from diffpol_ros.core.clock import Clock, to_ns, to_seconds
from diffpol_ros.core.types import JointTarget
from diffpol_ros.faults.overheard import Update, read_update
from diffpol_ros.faults.received import Received
from diffpol_ros.robots.polymetis.stored_controllers import OLDEST_UPDATE

KEPT = 20_000
TOLD_WITHIN_NS, LOOKED_AHEAD = to_ns(0.3), 40
SMALLEST = 200
"""A call of fewer bytes carries no target."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """A target that reached the server, at its steady and wall time [ns]."""

    steady_ns: int
    wall_ns: int
    update: Update


class Arrivals:
    """Keeps the calls that reach a server as they are, and reads them when asked."""

    def __init__(self, steady: Clock, wall: Clock, width: float) -> None:
        """Begin empty; `wall` is the robot's clock, `width` [m] the gripper's before a target told one."""
        self._steady, self._wall, self._width = steady, wall, width
        self._waiting: deque[tuple[int, int, bytes]] = deque(maxlen=KEPT)
        self._read: deque[Arrival] = deque(maxlen=KEPT)

    def hear(self, request: bytes) -> None:
        """Take the messages of one call; from any thread."""
        if len(request) >= SMALLEST:
            self._waiting.append((self._steady.now_ns(), self._wall.now_ns(), request))

    def forget(self) -> None:
        """Forget what came so far."""
        self._waiting.clear()
        self._read.clear()

    def received(self, told: Sequence[JointTarget]) -> list[Received]:
        """Return every target that the controller took; one that says itself that it is too old is dropped there.

        The bridge's own word gives the moment of the decision and the fingers' width, where it told of this very
        target; otherwise the update's own stamp must do, and the width is the last one.
        """
        self._read_all()
        received, width, next_told = [], self._width, 0
        for arrival in self._read:
            age = arrival.update.age(to_seconds(arrival.wall_ns))
            stamp_ns = arrival.wall_ns - (to_ns(age) if np.isfinite(age) else 0)
            found = _find(told, next_told, arrival)
            if found is not None:
                next_told, width, stamp_ns = found + 1, told[found].gripper_width, told[found].stamp_ns
            if not OLDEST_UPDATE < age < np.inf:
                taken = Received(stamp_ns, arrival.update.positions, width, age, arrival.steady_ns, found is not None)
                received.append(taken)
        return received

    def _read_all(self) -> None:
        while self._waiting:
            steady_ns, wall_ns, request = self._waiting.popleft()
            update = read_update(request)
            if update is not None:
                self._read.append(Arrival(steady_ns, wall_ns, update))


def _find(told: Sequence[JointTarget], begin: int, arrival: Arrival) -> int | None:
    """Return which of the next targets that were told is the one that arrived; each is found once."""
    for index, target in islice(enumerate(told), begin, begin + LOOKED_AHEAD):
        close = abs(arrival.wall_ns - target.stamp_ns) < TOLD_WITHIN_NS
        if close and np.array_equal(arrival.update.positions, target.joint_positions):
            return index
    return None
