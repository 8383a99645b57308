"""Where to look for tags that were seen a moment ago."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array

SMALLEST_MARGIN_PX = 12.0


@dataclass(frozen=True)
class Region:
    """A part of an image: pixels from (left, top) up to but without (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Return the number of pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def joined(self, other: "Region") -> "Region":
        """Return the smallest region that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Region(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def overlaps(self, other: "Region") -> bool:
        """Return whether any pixel is in both."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def predicted(corners: Array, before: Array | None) -> Array:
    """Return where corners (4, 2) will be if they move on as they did since `before`."""
    return corners if before is None else 2.0 * corners - before


def around(corners: Array, before: Array | None, margin: float, size: tuple[int, int]) -> Region:
    """Return the region around a tag and where it is going, `margin` of its widths wide; size: (height, width)."""
    points = np.concatenate([corners, predicted(corners, before)])
    reach = max(margin * float(np.max(np.ptp(corners, axis=0))), SMALLEST_MARGIN_PX)
    left, top = np.floor(points.min(axis=0) - reach).astype(int)
    right, bottom = np.ceil(points.max(axis=0) + reach).astype(int) + 1
    return Region(max(int(left), 0), max(int(top), 0), min(int(right), size[1]), min(int(bottom), size[0]))


def merged(regions: Iterable[Region]) -> list[Region]:
    """Return regions that do not overlap and cover all of `regions`: a pixel is searched once."""
    apart: list[Region] = []
    for region in regions:
        while (hit := next((other for other in apart if other.overlaps(region)), None)) is not None:
            apart.remove(hit)
            region = region.joined(hit)
        apart.append(region)
    return apart


def tracked(
    last: Mapping[int, Array], before: Mapping[int, Array], margin: float, size: tuple[int, int]
) -> Sequence[Region]:
    """Return where to look for the tags of the `last` image; an empty region cannot hold any."""
    boxes = (around(corners, before.get(number), margin, size) for number, corners in last.items())
    return merged(box for box in boxes if box.right > box.left and box.bottom > box.top)
