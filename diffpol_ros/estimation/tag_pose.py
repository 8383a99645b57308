"""What one tag alone says about its pose: two solutions, each with how well it explains the corners."""

from dataclasses import dataclass

import cv2
import numpy as np

from diffpol_ros.core.spatial import pose_from_homogeneous
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

_CORNERS = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])
# IPPE_SQUARE wants y up and begins at the upper left; our tag frame has y down and z into the paper.
_IPPE_ORDER = [3, 2, 1, 0]
# IPPE divides zero by zero on perfectly symmetric corners, and beside them it misses the true pose by tens of degrees,
# off by no more than 0.2 px. A thousandth of a pixel cures it, nearly always; what is still doubtful is tried again.
SUSPICIOUS_PX = 0.002
_NUDGE = np.array([[1.0, 0.0], [-0.5, 1.0], [0.0, -1.0], [0.7, 0.3]])
_NUDGES_PX = (1e-3 * _NUDGE, -2e-3 * _NUDGE[:, ::-1], 3e-3 * _NUDGE[::-1])
_TAG_FROM_IPPE = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False)
class TagPose:
    """One of the two poses a square can have. `pose`: tag in camera. `residual_px`: RMS over the corners."""

    pose: Pose
    residual_px: float


def corner_points(size: float) -> Array:
    """Return the corners (4, 3) of a tag of edge `size` [m] in its own frame, in the detector's order."""
    return size * _CORNERS


def undistort(camera: CameraCalibration, corners: Array) -> Array:
    """Return pixels (n, 2) as a camera without distortion would see them."""
    if not any(camera.distortion):
        return np.asarray(corners, dtype=np.float64)
    distortion = np.array(camera.distortion)
    ideal = cv2.undistortPoints(corners.reshape(-1, 1, 2), camera.matrix, distortion, P=camera.matrix)
    return np.asarray(ideal.reshape(-1, 2), dtype=np.float64)


def tag_poses(camera: CameraCalibration, corners: Array, size: float) -> list[TagPose]:
    """Return both solutions of IPPE for undistorted `corners` (4, 2), the better one first.

    Which of the two is true cannot be told from one tag seen from afar; the residuals say how clear it is.
    """
    best = _ippe(camera, corners, size)
    for nudge in _NUDGES_PX:
        if best and best[0].residual_px < SUSPICIOUS_PX:
            break
        nudged = _ippe(camera, corners + nudge, size)
        best = min(best, nudged, key=lambda found: found[0].residual_px if found else np.inf)
    return best


def _ippe(camera: CameraCalibration, corners: Array, size: float) -> list[TagPose]:
    points = _CORNERS[_IPPE_ORDER] * [size, -size, size]
    found, rotations, translations, residuals = cv2.solvePnPGeneric(
        points, np.ascontiguousarray(corners[_IPPE_ORDER]), camera.matrix, None, flags=cv2.SOLVEPNP_IPPE_SQUARE
    )
    solutions = []
    for rotation, translation, residual in zip(rotations[:found], translations, residuals, strict=False):
        matrix = np.eye(4)
        matrix[:3, :3], _ = cv2.Rodrigues(rotation)
        matrix[:3, 3] = translation.ravel()
        if np.all(np.isfinite(matrix)) and matrix[2, 3] > 0.0:
            solutions.append(TagPose(pose_from_homogeneous(matrix @ _TAG_FROM_IPPE), float(residual.item())))
    return sorted(solutions, key=lambda solution: solution.residual_px)
