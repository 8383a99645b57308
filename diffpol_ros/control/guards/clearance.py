"""What guards of the arm's place have in common: how much room is left, and which way it shrinks."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from diffpol_ros.core.arm_body import Placement
from diffpol_ros.core.types import Array


@dataclass(frozen=True, eq=False)
class Contact:
    """A place where room is short.

    clearance: [m]. rate: (7,) how much it grows as each joint moves [m/rad].
    """

    name: str
    clearance: float
    rate: Array


def straight_between(clearances: Array) -> Array:
    """Return (n - 1,) the least of `clearances` (n,) along straight lines, where what is free is convex."""
    return np.minimum(clearances[1:], clearances[:-1])


class ClearanceGuard(Protocol):
    """Watches one kind of room."""

    name: str
    """For counters."""
    reach: Array
    """(7,) how much room one radian of each joint can cost at most [m/rad]."""

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [m]; negative where there is none."""
        ...

    def between(self, placement: Placement, bends: Array) -> Array:
        """Return (n - 1,) the least room left on the way from each configuration to the next [m].

        No point [m], no joint [rad] is farther than `bends` (n - 1,) from the straight line between its places.
        """
        ...

    def reason(self, placement: Placement, index: int) -> str:
        """Say what is short of room in configuration `index`."""
        ...

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return what has less than `within` [m] of room in the first configuration."""
        ...
