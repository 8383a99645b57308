"""Boards seen exactly: projected corners with noise, without rendering."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from diffpol_ros.calibrate.board import Board, BoardSighting, load_board
from diffpol_ros.calibrate.intrinsics import BoardView
from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

SIZE = (640, 480)
CAMERA = CameraCalibration(
    "test", *SIZE, 460.0, 461.5, 325.0, 236.0, distortion=(-0.22, 0.06, 8e-4, -6e-4), serial="none"
)


@lru_cache
def board(name: str = "charuco") -> Board:
    return load_board(name)


def projected(camera: CameraCalibration, points: Array, pose: Pose) -> Array:
    """Return where a camera sees points of a board (n, 2) [pixel]."""
    turn, _ = cv2.Rodrigues(matrix_from_quaternion(pose.quaternion))
    pixels, _ = cv2.projectPoints(points, turn, pose.position, camera.matrix, np.array(camera.distortion))
    return np.asarray(pixels.reshape(-1, 2), dtype=np.float64)


def sighting(
    camera: CameraCalibration, of: Board, pose: Pose, noise_px: float, rng: np.random.Generator
) -> BoardSighting:
    """Return the corners that lie in the image."""
    pixels = projected(camera, of.points, pose)
    inside = np.flatnonzero(np.all((pixels > 2.0) & (pixels < np.array([camera.width, camera.height]) - 3.0), axis=1))
    noisy = pixels[inside] + rng.normal(0.0, noise_px, (len(inside), 2))
    return BoardSighting(of.points[inside], noisy, tuple(inside.tolist()))


def views(
    poses: Sequence[Pose], camera: CameraCalibration = CAMERA, noise_px: float = 0.05, seed: int = 0
) -> list[BoardView]:
    rng = np.random.default_rng(seed)
    return [BoardView(f"{i:03d}.png", sighting(camera, board(), pose, noise_px, rng)) for i, pose in enumerate(poses)]
