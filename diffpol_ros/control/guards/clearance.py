"""What guards of the arm's place have in common: how much room is left, and which way it shrinks."""

from dataclasses import dataclass
from typing import Protocol

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


class ClearanceGuard(Protocol):
    """Watches one kind of room."""

    name: str
    """For counters."""
    reach: Array
    """(7,) how much room one radian of each joint can cost at most [m/rad]."""

    def clearances(self, placement: Placement) -> Array:
        """Return (n,) the room left in each configuration [m]; negative where there is none."""
        ...

    def reason(self, placement: Placement, index: int) -> str:
        """Say what is short of room in configuration `index`."""
        ...

    def contacts(self, placement: Placement, within: float) -> list[Contact]:
        """Return what has less than `within` [m] of room in the first configuration."""
        ...
