"""OpenCV's own search for AprilTags: several times faster, its corners a pixel off until they are refined."""

from functools import lru_cache

import cv2
import numpy as np
from cv2 import aruco
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.refined_detector import RefinedDetector
from diffpol_ros.estimation.detection.search import Candidate

MODULES = 8
# OpenCV keeps the patterns turned by half a turn and begins at the upper left, clockwise.
ORDER = [1, 0, 3, 2]
# Its contours run through the centres of the outermost black pixels; the edge lies half a pixel farther out.
HALF_PIXEL = 0.5
SMALLEST_PX = 24
SMALLEST_PERIMETER_PX = 36.0
CENTRES = ((np.stack(np.meshgrid(np.arange(MODULES), np.arange(MODULES)), axis=2) + 0.5) / MODULES - 0.5).reshape(-1, 2)
SQUARE = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]], dtype=np.float32)


class OpenCvSearch:
    """cv2.aruco with its corner refinement off."""

    def __init__(self, settings: DetectorSettings) -> None:
        """Prepare the dictionary."""
        self._sigma_px, self._decimate = settings.sigma_px, settings.decimate
        parameters = aruco.DetectorParameters()
        parameters.cornerRefinementMethod = aruco.CORNER_REFINE_NONE
        parameters.minCornerDistanceRate = 0.03
        parameters.minDistanceToBorder = 1
        parameters.adaptiveThreshWinSizeMin = 5
        parameters.adaptiveThreshWinSizeMax = 21
        parameters.adaptiveThreshWinSizeStep = 8
        self._parameters = parameters
        self._library = aruco.ArucoDetector(_dictionary(), parameters)

    def find(self, image: GreyImage) -> list[Candidate]:
        """Return the tags that OpenCV sees."""
        if min(image.shape) < SMALLEST_PX:
            return []
        searched = cv2.GaussianBlur(image, (0, 0), self._sigma_px) if self._sigma_px > 0.0 else image
        size = round(image.shape[1] / self._decimate), round(image.shape[0] / self._decimate)
        if self._decimate > 1.0:
            searched = cv2.resize(searched, size, interpolation=cv2.INTER_AREA)
        scale = np.array([image.shape[1], image.shape[0]]) / searched.shape[1::-1]
        # The library's limit is a share of the longer side, which of a region is no measure.
        self._parameters.minMarkerPerimeterRate = SMALLEST_PERIMETER_PX / max(searched.shape)
        self._library.setDetectorParameters(self._parameters)
        squares, numbers, _ = self._library.detectMarkers(searched)
        if numbers is None:
            return []
        placed = [
            (_outer(np.asarray(square, dtype=np.float64).reshape(4, 2)[ORDER]) + 0.5) * scale - 0.5
            for square in squares
        ]
        return [_read(image, int(number), where) for number, where in zip(numbers.ravel(), placed, strict=True)]

    def close(self) -> None:
        """Nothing is held."""


class OpenCvDetector(RefinedDetector):
    """Whole images searched by OpenCV. Not for use from two threads at once."""

    def __init__(self, settings: DetectorSettings | None = None) -> None:
        """Create the detector."""
        settings = settings or DetectorSettings()
        super().__init__(OpenCvSearch(settings), settings)


def _outer(corners: Array) -> Array:
    """Return corners (4, 2) moved outward by half a pixel across each of the two edges they belong to."""
    before, after = corners[[3, 0, 1, 2]] - corners, corners[[1, 2, 3, 0]] - corners
    before = before / np.maximum(np.linalg.norm(before, axis=1, keepdims=True), 1e-9)
    after = after / np.maximum(np.linalg.norm(after, axis=1, keepdims=True), 1e-9)
    sine = np.abs(before[:, :1] * after[:, 1:] - before[:, 1:] * after[:, :1])
    return np.asarray(corners - HALF_PIXEL * (before + after) / np.maximum(sine, 0.3), dtype=np.float64)


def _read(image: GreyImage, number: int, corners: Array) -> Candidate:
    """Return the candidate with its bits read again: how clearly, and how many are not as printed."""
    to_image = cv2.getPerspectiveTransform(SQUARE, corners.astype(np.float32))
    columns, rows = np.moveaxis(cv2.perspectiveTransform(CENTRES[None].astype(np.float32), to_image)[0], 1, 0)
    levels = cv2.remap(image, columns.copy(), rows.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).ravel()
    white = _printed(number)
    bright, dark = float(np.mean(levels[white])), float(np.mean(levels[~white]))
    wrong = (levels > 0.5 * (bright + dark)) != white
    return Candidate(number, corners, 0.5 * (bright - dark), int(np.count_nonzero(wrong)))


@lru_cache(maxsize=1)
def _dictionary() -> aruco.Dictionary:
    return aruco.getPredefinedDictionary(aruco.DICT_APRILTAG_36h11)


@lru_cache(maxsize=1024)
def _printed(number: int) -> NDArray[np.bool_]:
    """Return which of the (64,) modules of a tag are white, row by row."""
    return np.rot90(aruco.generateImageMarker(_dictionary(), number, MODULES), 2).ravel() > 127
