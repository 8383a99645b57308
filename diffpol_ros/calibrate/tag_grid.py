"""A grid of tag36h11: every tag tells which it is, its corners come from its edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.edges import refine_corners
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from diffpol_ros.estimation.lens import distorted, undistorted

CELLS = 8
BORDER = 25
# OpenCV prints this family upside down and counts the corners from its own upper left.
FROM_OPENCV = [1, 0, 3, 2]


class TagGridPattern:
    """Four corners a tag, in the order of our tag frame, counted along the rows."""

    def __init__(self, rows: int, columns: int, size: float, ratio: float, first_id: int) -> None:
        """Prepare the detector. size: edge of a black square [m]. ratio: gap between two to their edge."""
        self._dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
        self._detector = cv2.aruco.ArucoDetector(self._dictionary)
        self._shape, self._size, self._gap, self._first = (rows, columns), size, ratio * size, first_id
        tags = range(first_id, first_id + rows * columns)
        printed = [np.rot90(cv2.aruco.generateImageMarker(self._dictionary, tag, CELLS), 2) for tag in tags]
        self._cells: NDArray[np.bool_] = np.array(printed) == 0
        pitch = size + self._gap
        middles = [(0.5 * size + pitch * j, 0.5 * size + pitch * i, 0.0) for i in range(rows) for j in range(columns)]
        self.points: Array = np.concatenate([np.array(middle) + corner_points(size) for middle in middles])
        self.extent = columns * pitch - self._gap, rows * pitch - self._gap
        self.margin = max(self._gap, 2.0 * size / CELLS)

    def find(self, image: GreyImage, lens: CameraCalibration | None) -> tuple[list[int], Array]:
        """Return which corners are seen, and their pixels (n, 2); edges are straight only without distortion."""
        squares, ids, _ = self._detector.detectMarkers(image)
        if ids is None or len(ids) == 0:
            return [], np.empty((0, 2))
        tags = [int(one) - self._first for one in ids.ravel()]
        corners = np.asarray(squares, dtype=np.float64).reshape(-1, 4, 2)[:, FROM_OPENCV]
        refined, sharp = _refine(image, corners, lens)
        rows, columns = self._shape
        known = [
            index
            for index, tag in enumerate(tags)
            if sharp[index] and 0 <= tag < rows * columns and tags.count(tag) == 1
        ]
        return [4 * tags[index] + corner for index in known for corner in range(4)], refined[known].reshape(-1, 2)

    def dark(self, across: Array, down: Array) -> NDArray[np.bool_]:
        """Return whether the print is black at each of `across` (w,) and `down` (h,) [m], as (h, w)."""
        rows, columns = self._shape
        pitch = self._size + self._gap
        row, column = (
            np.clip(np.floor(at / pitch), 0, most - 1).astype(int) for at, most in ((down, rows), (across, columns))
        )
        inner = [
            np.floor((at - index * pitch) / self._size * CELLS).astype(int)
            for at, index in ((down, row), (across, column))
        ]
        on_tag = [(cell >= 0) & (cell < CELLS) for cell in inner]
        cells = [np.clip(cell, 0, CELLS - 1) for cell in inner]
        tag = row[:, None] * columns + column
        return on_tag[0][:, None] & on_tag[1] & self._cells[tag, cells[0][:, None], cells[1]]


def _refine(image: GreyImage, corners: Array, lens: CameraCalibration | None) -> tuple[Array, NDArray[np.bool_]]:
    """Return corners (k, 4, 2) where the edges of the tags meet, and whether they were found."""
    if lens is None or not any(lens.distortion):
        return refine_corners(image, corners)
    plain, shift = _straightened(image, lens)
    ideal = undistorted(lens, corners.reshape(-1, 2)).reshape(corners.shape) + shift
    refined, sharp = refine_corners(plain, ideal)
    # What is not finite has no image under the lens.
    seen = np.where(np.isfinite(refined), refined, ideal) - shift
    return distorted(lens, seen.reshape(-1, 2)).reshape(corners.shape), sharp


def _straightened(image: GreyImage, lens: CameraCalibration) -> tuple[GreyImage, Array]:
    """Return the whole image as a camera without distortion sees it, and where its pixel (0, 0) lies in that (2,)."""
    width, height = lens.width, lens.height
    columns, rows = np.linspace(0.0, width - 1.0, BORDER), np.linspace(0.0, height - 1.0, BORDER)
    sides = [(x, y) for x in columns for y in (0.0, height - 1.0)] + [(x, y) for x in (0.0, width - 1.0) for y in rows]
    border = undistorted(lens, np.array(sides))
    # A lens that is guessed badly may throw its border anywhere.
    most = np.array([width, height], dtype=np.float64)
    low = np.maximum(np.floor(border.min(axis=0)), -0.5 * most)
    high = np.minimum(np.ceil(border.max(axis=0)), 1.5 * most)
    matrix = lens.matrix
    matrix[:2, 2] -= low
    size = int(high[0] - low[0]), int(high[1] - low[1])
    maps = cv2.initUndistortRectifyMap(lens.matrix, np.array(lens.distortion), np.eye(3), matrix, size, cv2.CV_32FC1)
    plain = cv2.remap(image, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(plain, dtype=np.uint8), -low
