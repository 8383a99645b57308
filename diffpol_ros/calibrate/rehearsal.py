"""Views of a board as a person would take them who was told how, or who was not."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.calibrate.board import Board
from diffpol_ros.core.spatial import multiply_quaternions, normalize_quaternion, quaternion_from_rotation_vector, rotate
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.lens import undistorted

PLACES = (-0.3, 0.0, 0.3)
TILTS_DEG = ((30.0, 0.0), (-30.0, 0.0), (0.0, 30.0), (0.0, -30.0), (0.0, 0.0), (22.0, 22.0), (-22.0, 22.0))
FILLED = (0.45, 0.8)


def good_views(camera: CameraCalibration, board: Board, count: int, rng: np.random.Generator) -> list[Pose]:
    """Return poses of the board in the camera: all over the image, tilted all ways, near and far."""
    spots = [(column, row) for row in PLACES for column in PLACES]
    order = rng.permutation(len(spots))
    views = []
    for index in range(count):
        place = np.array(spots[order[index % len(spots)]]) + rng.uniform(-0.05, 0.05, 2)
        tilt = np.radians(np.array(TILTS_DEG[index % len(TILTS_DEG)]) + rng.uniform(-5.0, 5.0, 2))
        views.append(_view(camera, board, place, tilt, rng.uniform(*FILLED), rng.uniform(-0.3, 0.3)))
    return views


def poor_views(camera: CameraCalibration, board: Board, count: int, rng: np.random.Generator) -> list[Pose]:
    """Return poses as people hold boards at first: squarely, in the middle, at one distance."""
    places = rng.uniform(-0.03, 0.03, (count, 2))
    return [_view(camera, board, place, rng.uniform(-0.05, 0.05, 2), 0.5, 0.0) for place in places]


def _view(
    camera: CameraCalibration, board: Board, place: Array, tilt: Sequence[float] | Array, filled: float, roll: float
) -> Pose:
    """Return the board with its middle at `place`, in widths and heights of the image from its middle."""
    pixel = np.array([[camera.width, camera.height]]) * (0.5 + place) - 0.5
    across, down = ((undistorted(camera, pixel) - [camera.cx, camera.cy]) / [camera.fx, camera.fy])[0]
    width, height = board.extent
    distance = max(camera.fx * width / camera.width, camera.fy * height / camera.height) / filled
    turn = quaternion_from_rotation_vector(np.array([tilt[1], tilt[0], 0.0]))
    turn = normalize_quaternion(multiply_quaternions(turn, quaternion_from_rotation_vector(np.array([0.0, 0.0, roll]))))
    middle = distance * np.array([across, down, 1.0])
    return Pose(middle - rotate(turn, np.array([0.5 * width, 0.5 * height, 0.0])), turn)
