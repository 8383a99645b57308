"""The seam between the libraries and what is common to all detectors: a search gives candidates, roughly placed."""

from dataclasses import dataclass
from typing import Protocol

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.images import GreyImage


@dataclass(frozen=True, eq=False)
class Candidate:
    """A tag as a library found it: read, and placed to a pixel or two. Fields as in TagDetection."""

    id: int
    corners: Array
    margin: float
    hamming: int


class Search(Protocol):
    """A library that looks for tags."""

    def find(self, image: GreyImage) -> list[Candidate]:
        """Return the tags of a contiguous image."""
        ...

    def close(self) -> None:
        """Free what the library holds."""
        ...
