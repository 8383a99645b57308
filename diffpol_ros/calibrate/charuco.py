"""ChArUco: a chessboard whose white squares carry markers, so that a part of it is enough."""

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.images import GreyImage

DICTIONARY = cv2.aruco.DICT_5X5_250
MARGIN_SQUARES = 0.5
MARKER_CELLS = 7
# OpenCV's own windows reach into the markers, which pull at the corners: this share of the way to them is free.
FREE = 0.7
WINDOWS_PX = (2, 8)
CRITERIA = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 60, 1e-4)


class CharucoPattern:
    """Inner corners of the chessboard, counted along the rows."""

    def __init__(self, rows: int, columns: int, size: float, ratio: float, first_id: int) -> None:
        """Prepare OpenCV's board and detector. size: of a square [m]. ratio: marker to square."""
        dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
        ids = np.arange(first_id, first_id + rows * columns // 2)
        self._board = cv2.aruco.CharucoBoard((columns, rows), size, ratio * size, dictionary, ids)
        self._detector = cv2.aruco.CharucoDetector(self._board)
        markers = [cv2.aruco.generateImageMarker(dictionary, int(one), MARKER_CELLS) for one in ids]
        self._cells: NDArray[np.bool_] = np.array(markers) == 0
        self._shape, self._size, self._ratio = (rows, columns), size, ratio
        self.points: Array = np.asarray(self._board.getChessboardCorners(), dtype=np.float64)
        self.extent = columns * size, rows * size
        self.margin = MARGIN_SQUARES * size

    def find(self, image: GreyImage, lens: CameraCalibration | None) -> tuple[list[int], Array]:
        """Return which corners are seen, and their pixels (n, 2); a lens does not move a crossing of edges."""
        corners, ids, _, _ = self._detector.detectBoard(image)
        if ids is None or len(ids) == 0:
            return [], np.empty((0, 2))
        return [int(one) for one in ids.ravel()], self._refine(
            image, np.asarray(corners, dtype=np.float32).reshape(-1, 2)
        )

    def _refine(self, image: GreyImage, corners: NDArray[np.float32]) -> Array:
        """Return the corners (n, 2) as windows see them that show nothing but the crossing of edges."""
        apart = np.linalg.norm(corners[:, None] - corners[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        # A corner alone has no neighbour to measure by.
        squares = np.where(np.isfinite(apart.min(axis=1)), apart.min(axis=1), 0.0)
        halves = np.clip(FREE * 0.5 * (1.0 - self._ratio) * squares, *WINDOWS_PX).astype(int)
        refined = corners.astype(np.float64)
        for half in np.unique(halves).tolist():
            those = corners[halves == half].reshape(-1, 1, 2).copy()
            refined[halves == half] = cv2.cornerSubPix(image, those, (half, half), (-1, -1), CRITERIA).reshape(-1, 2)
        return refined

    def dark(self, across: Array, down: Array) -> NDArray[np.bool_]:
        """Return whether the print is black at each of `across` (w,) and `down` (h,) [m], as (h, w)."""
        rows, columns = self._shape
        row, column = (
            np.clip(np.floor(at / self._size), 0, most - 1).astype(int)
            for at, most in ((down, rows), (across, columns))
        )
        black = (row[:, None] + column) % 2 == 0
        # Only white squares, every second one, carry markers.
        marker = (row[:, None] * columns + column) // 2
        return np.where(black, True, self._in_marker(marker, across / self._size - column, down / self._size - row))

    def _in_marker(self, marker: NDArray[np.intp], across: Array, down: Array) -> NDArray[np.bool_]:
        cells = self._cells.shape[1]
        border = 0.5 - 0.5 * self._ratio
        column, row = (np.floor((at - border) / self._ratio * cells).astype(int) for at in (across, down))
        inside = ((row >= 0) & (row < cells))[:, None] & (column >= 0) & (column < cells)
        nearest = np.clip(row, 0, cells - 1)[:, None], np.clip(column, 0, cells - 1)
        return inside & self._cells[np.minimum(marker, len(self._cells) - 1), nearest[0], nearest[1]]
