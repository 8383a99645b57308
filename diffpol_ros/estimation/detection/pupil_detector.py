"""The pupil-apriltags library, made safe to throw away."""

import weakref
from typing import Any

import numpy as np
import pupil_apriltags

from diffpol_ros.estimation.detection.detector import FAMILY, DetectorSettings
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.refined_detector import RefinedDetector
from diffpol_ros.estimation.detection.search import Candidate

# The library puts (0, 0) on the corner of the first pixel, OpenCV and our calibration on its centre:
# left alone, that half pixel is 0.6 mm at 0.65 m.
PIXEL_CENTRE = 0.5
# An image narrower than this holds no tag that could be read with its paper around it.
SMALLEST_PX = 24
# Of the modules as they are read, against the blur of the lens: at 0.25, the library's own, a tenth of the tags whose
# modules are two pixels wide is lost.
SHARPENING = 1.0


class PupilSearch:
    """The library's search; it holds about 36 MB until closed."""

    def __init__(self, settings: DetectorSettings) -> None:
        """Create the library's detector."""
        self._library = pupil_apriltags.Detector(
            families=FAMILY,
            nthreads=settings.threads,
            quad_decimate=settings.decimate,
            quad_sigma=settings.sigma_px,
            decode_sharpening=SHARPENING,
        )
        # The finalizer also runs before the interpreter takes its modules apart, where ctypes would crash.
        self._finalizer = weakref.finalize(self, _destroy, self._library)

    def find(self, image: GreyImage) -> list[Candidate]:
        """Return the tags that the library sees."""
        if min(image.shape) < SMALLEST_PX:
            return []
        # The library's annotation says one detection; it is a list of them.
        squares: list[Any] = self._library.detect(image)  # type: ignore[assignment]
        return [
            Candidate(int(tag.tag_id), np.asarray(tag.corners) - PIXEL_CENTRE, float(tag.decision_margin), tag.hamming)
            for tag in squares
        ]

    def close(self) -> None:
        """Free the library's memory."""
        self._finalizer()


class PupilDetector(RefinedDetector):
    """Whole images searched by pupil-apriltags. Not for use from two threads at once."""

    def __init__(self, settings: DetectorSettings | None = None) -> None:
        """Create the detector; it holds about 36 MB until closed."""
        settings = settings or DetectorSettings()
        super().__init__(PupilSearch(settings), settings)


def _destroy(library: Any) -> None:
    """Free detector, then families: the library's own destructor does it the other way round and crashes."""
    library.libc.apriltag_detector_destroy.restype = None
    library.libc.apriltag_detector_destroy(library.tag_detector_ptr)
    library.tag_detector_ptr = None  # disarms the library's own destructor
    library.libc.tag36h11_destroy.restype = None
    for family in library.tag_families.values():
        library.libc.tag36h11_destroy(family)
    library.tag_families.clear()
