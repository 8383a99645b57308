"""What a detector remembers of the images before: two of these in a row, and it goes on as if it had seen them."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from diffpol_ros.core.types import Array, frozen_array
from diffpol_ros.estimation.detection.detector import Detector


@dataclass(frozen=True, eq=False)
class Memory:
    """The tags found in the newest image, before refinement: ids (n,) and corners (n, 4, 2) [pixel].

    since_whole: how many images ago all of one was searched.
    """

    ids: tuple[int, ...]
    corners: Array
    since_whole: int

    def __post_init__(self) -> None:
        """Freeze the corners."""
        object.__setattr__(self, "corners", frozen_array(self.corners, (len(self.ids), 4, 2), "Memory.corners"))


@runtime_checkable
class Remembering(Protocol):
    """A detector that goes by what it found before."""

    @property
    def memory(self) -> Memory:
        """Return what it keeps of the newest image."""
        ...

    def recall(self, newest: Memory, before: Memory | None, size: tuple[int, int]) -> None:
        """Go on as after an image of `size` (height, width) [pixel] and the one before it."""
        ...


def memory_of(detector: Detector) -> Memory | None:
    """Return what a detector keeps of the newest image; None where it remembers nothing."""
    return detector.memory if isinstance(detector, Remembering) else None
