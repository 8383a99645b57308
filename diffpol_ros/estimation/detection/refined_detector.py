"""What all detectors have in common: light evened out, a search, clear tags kept, corners found again in the image."""

from collections.abc import Sequence

import cv2
import numpy as np

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.estimation.detection.detector import DetectorSettings, TagDetection
from diffpol_ros.estimation.detection.images import GreyImage, ImageError
from diffpol_ros.estimation.detection.refinement import REFINEMENTS
from diffpol_ros.estimation.detection.search import Candidate, Search


class RefinedDetector:
    """A search made a Detector. Not for use from two threads at once."""

    def __init__(self, search: Search, settings: DetectorSettings) -> None:
        """Look with `search`, which is closed with this detector."""
        self.settings = settings
        self._search, self._closed = search, False
        self._brightness = (255.0 * (np.arange(256) / 255.0) ** settings.gamma).astype(np.uint8)

    def detect(self, image: GreyImage) -> list[TagDetection]:
        """Return the tags in a (height, width) uint8 image that are clear enough."""
        if self._closed:
            raise ResourceError("the tag detector was closed: create a new one")
        if image.dtype != np.uint8 or image.ndim != 2 or image.size == 0:
            raise ImageError(f"image is {image.dtype} {image.shape}, expected uint8 (height, width) with pixels in it")
        image = np.ascontiguousarray(image)
        bright = np.asarray(cv2.LUT(image, self._brightness), dtype=np.uint8)
        return REFINEMENTS[self.settings.refine](image, self.candidates(bright))

    def candidates(self, bright: GreyImage) -> list[Candidate]:
        """Return what the search finds in an evened out image, as far as it is clear and whole."""
        return self.clear(self._search.find(bright), bright)

    def clear(self, found: Sequence[Candidate], bright: GreyImage) -> list[Candidate]:
        """Return the candidates that are clear enough and lie inside of the image."""
        return [one for one in found if self._clear(one) and inside(one, bright)]

    def close(self) -> None:
        """Free the library's memory."""
        self._search.close()
        self._closed = True

    def _clear(self, one: Candidate) -> bool:
        return one.hamming <= self.settings.maximum_hamming and one.margin >= self.settings.minimum_margin


def inside(one: Candidate, image: GreyImage) -> bool:
    """Return whether all corners are on the image: of an edge beyond it nothing is known."""
    height, width = image.shape
    return bool(np.all((one.corners >= 0.0) & (one.corners <= [width - 1.0, height - 1.0])))
