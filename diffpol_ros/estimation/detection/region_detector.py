"""Looks around the tags of the last image, and at all of it now and then: a fraction of the cost, the same corners."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.memory import Memory
from diffpol_ros.estimation.detection.refined_detector import RefinedDetector
from diffpol_ros.estimation.detection.regions import Region, tracked
from diffpol_ros.estimation.detection.search import Candidate, Search

# Where regions cover more than this of an image, all of it is as cheap and shows more.
WORTH_WHILE = 0.5


class RegionDetector(RefinedDetector):
    """Follows the tags of one camera's images, which must come in order. Not for use from two threads at once.

    An image is searched whole where nothing is tracked, every n-th time, and at once where a tag was lost: in the
    very image that lacks it, so that no detection rate is given up. A tag that stays lost (it was turned away, or the
    arm is before it) is asked for again with the next whole image only.
    """

    def __init__(self, search: Search, settings: DetectorSettings) -> None:
        """Begin with a whole image."""
        super().__init__(search, settings)
        self._last: dict[int, Array] = {}
        self._before: dict[int, Array] = {}
        self._size = (0, 0)
        self._since_whole = 0

    def candidates(self, bright: GreyImage) -> list[Candidate]:
        """Return the tags, from as little of the image as will do."""
        regions = self._regions(bright.shape)
        found = self._search_regions(bright, regions) if regions else None
        if found is None or not {*self._last} <= {one.id for one in found}:
            found = _joined(found or [], super().candidates(bright))
            self._since_whole = 0
        self._remember(found)
        return found

    @property
    def memory(self) -> Memory:
        """Return what it keeps of the newest image."""
        corners = np.array(list(self._last.values()), dtype=np.float64).reshape(len(self._last), 4, 2)
        return Memory(tuple(self._last), corners, self._since_whole)

    def recall(self, newest: Memory, before: Memory | None, size: tuple[int, int]) -> None:
        """Go on as after an image of `size` (height, width) [pixel] and the one before it."""
        self._last = _by_id(newest)
        self._before = {} if before is None else _by_id(before)
        self._size, self._since_whole = size, newest.since_whole

    def _regions(self, size: tuple[int, ...]) -> Sequence[Region]:
        """Return where to look, or nothing where the whole image is due."""
        height, width = size
        if (height, width) != self._size:
            self._last, self._before, self._size = {}, {}, (height, width)
        self._since_whole += 1
        if not self._last or self._since_whole >= self.settings.full_frame_every:
            return []
        regions = tracked(self._last, self._before, self.settings.region_margin, self._size)
        return regions if sum(region.area for region in regions) < WORTH_WHILE * height * width else []

    def _search_regions(self, bright: GreyImage, regions: Sequence[Region]) -> list[Candidate]:
        found: list[Candidate] = []
        for region in regions:
            part = np.ascontiguousarray(bright[region.top : region.bottom, region.left : region.right])
            corner = np.array([region.left, region.top])
            seen = self.clear(self._search.find(part), part)
            found += [Candidate(one.id, one.corners + corner, one.margin, one.hamming) for one in seen]
        return found

    def _remember(self, found: Sequence[Candidate]) -> None:
        self._before, self._last = self._last, {one.id: one.corners for one in found}


def _by_id(memory: Memory) -> dict[int, Array]:
    return dict(zip(memory.ids, memory.corners, strict=True))


def _joined(inside: Sequence[Candidate], whole: Sequence[Candidate]) -> list[Candidate]:
    """Return the tags of the whole image, and those that only the search of regions saw."""
    known = {one.id for one in whole}
    return [*whole, *(one for one in inside if one.id not in known)]
