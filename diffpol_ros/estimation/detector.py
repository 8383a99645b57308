"""Tags in an image: the interface, and pupil-apriltags behind it."""

import weakref
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
import pupil_apriltags

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, frozen_array
from diffpol_ros.estimation.edges import refine_corners
from diffpol_ros.estimation.images import GreyImage

FAMILY = "tag36h11"
# The library puts (0, 0) on the corner of the first pixel, OpenCV and our calibration on its centre:
# left alone, that half pixel is 0.6 mm at 0.65 m.
PIXEL_CENTRE = 0.5


@dataclass(frozen=True, eq=False)
class TagDetection:
    """One tag in one image.

    corners: (4, 2) [pixel], (0, 0) the centre of the first pixel; in the tag frame (x right, y down) they are
    lower left, lower right, upper right, upper left of the black square. margin: how clearly its bits were
    read, in grey levels. hamming: number of bits that were corrected.
    """

    id: int
    corners: Array
    margin: float
    hamming: int

    def __post_init__(self) -> None:
        """Freeze the corners."""
        object.__setattr__(self, "corners", frozen_array(self.corners, (4, 2), "TagDetection.corners"))


@dataclass(frozen=True)
class DetectorSettings:
    """How tags are looked for.

    A power below 1 brings faces in light and in shadow closer together: next to a sunlit face the library takes
    the white border of a shaded one for black and misses the tag. Decimation and blur only search: refined
    corners come from the whole image.
    """

    decimate: float = setting(1.5, description="Search squares in the image shrunk by this", minimum=1.0, maximum=8.0)
    sigma_px: float = setting(0.0, description="Gaussian blur before the search", minimum=0.0, maximum=5.0)
    threads: int = setting(1, description="Threads of the search", minimum=1, maximum=64)
    gamma: float = setting(0.5, description="Search in the image raised to this power", minimum=0.1, maximum=1.0)
    refine: bool = setting(True, description="Move corners to where the edges meet in the image as it is")
    minimum_margin: float = setting(20.0, description="Refuse tags whose bits are less clear", minimum=0.0)
    maximum_hamming: int = setting(1, description="Refuse tags with more corrected bits", minimum=0, maximum=2)


class Detector(Protocol):
    """Anything that finds tags."""

    def detect(self, image: GreyImage) -> list[TagDetection]:
        """Return the tags in a (height, width) uint8 image."""
        ...

    def close(self) -> None:
        """Free what the detector holds."""
        ...


class PupilDetector:
    """The pupil-apriltags library, made safe to throw away. Not for use from two threads at once."""

    def __init__(self, settings: DetectorSettings | None = None) -> None:
        """Create the detector; it holds about 36 MB until closed."""
        self.settings = settings or DetectorSettings()
        self._library = pupil_apriltags.Detector(
            families=FAMILY,
            nthreads=self.settings.threads,
            quad_decimate=self.settings.decimate,
            quad_sigma=self.settings.sigma_px,
        )
        self._brightness = (255.0 * (np.arange(256) / 255.0) ** self.settings.gamma).astype(np.uint8)
        # The finalizer also runs before the interpreter takes its modules apart, where ctypes would crash.
        self._finalizer = weakref.finalize(self, _destroy, self._library)

    def detect(self, image: GreyImage) -> list[TagDetection]:
        """Return the tags in a (height, width) uint8 image that are clear enough."""
        if not self._finalizer.alive:
            raise ResourceError("the tag detector was closed: create a new one")
        image = np.ascontiguousarray(image)
        # The library's annotation says one detection; it is a list of them.
        squares: list[Any] = self._library.detect(cv2.LUT(image, self._brightness))  # type: ignore[assignment]
        clear = [tag for tag in squares if self._clear(tag)]
        if not clear:
            return []
        corners, sharp = np.array([tag.corners for tag in clear]) - PIXEL_CENTRE, np.ones(len(clear), dtype=bool)
        if self.settings.refine:
            corners, sharp = refine_corners(image, corners)
        return [
            TagDetection(int(tag.tag_id), where, float(tag.decision_margin), int(tag.hamming))
            for tag, where, found in zip(clear, corners, sharp, strict=True)
            if found
        ]

    def _clear(self, tag: Any) -> bool:
        settings = self.settings
        return tag.hamming <= settings.maximum_hamming and tag.decision_margin >= settings.minimum_margin

    def close(self) -> None:
        """Free the library's memory."""
        self._finalizer()


def _destroy(library: Any) -> None:
    """Free detector, then families: the library's own destructor does it the other way round and crashes."""
    library.libc.apriltag_detector_destroy.restype = None
    library.libc.apriltag_detector_destroy(library.tag_detector_ptr)
    library.tag_detector_ptr = None  # disarms the library's own destructor
    library.libc.tag36h11_destroy.restype = None
    for family in library.tag_families.values():
        library.libc.tag36h11_destroy(family)
    library.tag_families.clear()
