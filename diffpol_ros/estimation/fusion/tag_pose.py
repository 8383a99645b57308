"""What one tag alone says about its pose: two solutions, each with how well it explains the corners."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import quaternion_from_matrix
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.fusion.square_pose import both_poses

_CORNERS = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])
# Two minima nearer to each other than this are one: seen from nearby or face on, a square has a single pose.
SAME_POSE_RAD = 1e-3


@dataclass(frozen=True, eq=False)
class TagPose:
    """One of the two poses a square can have. `pose`: tag in camera. `residual_px`: RMS over the corners."""

    pose: Pose
    residual_px: float


def corner_points(size: float) -> Array:
    """Return the corners (4, 3) of a tag of edge `size` [m] in its own frame, in the detector's order."""
    return size * _CORNERS


def tag_poses(camera: CameraCalibration, corners: Array, size: float) -> list[TagPose]:
    """Return both poses for undistorted `corners` (4, 2), the better one first; one where the two are the same.

    Which of the two is true cannot be told from one tag seen from afar; the residuals say how clear it is. Corners
    that no square before the camera can have give none.
    """
    return poses_of_tags(camera, np.asarray(corners)[None], [size])[0]


def poses_of_tags(camera: CameraCalibration, corners: Array, sizes: Sequence[float]) -> list[list[TagPose]]:
    """Return `tag_poses` of many tags of one image at once, at little more than the cost of one.

    corners: (k, 4, 2) [pixel], undistorted. sizes: k edges [m].
    """
    if len(sizes) == 0:
        return []
    focal = np.array([camera.fx, camera.fy])
    rays = (corners - [camera.cx, camera.cy]) / focal
    # Solved as squares of edge 1, so that no size is a special case.
    rotations, translations, costs = both_poses(rays, np.broadcast_to(_CORNERS, (len(sizes), 4, 3)))
    errors_px = np.sqrt(0.25 * focal[0] * focal[1] * costs)
    return [_ranked(rotations[i], sizes[i] * translations[i], errors_px[i]) for i in range(len(sizes))]


def _ranked(rotations: Array, translations: Array, errors_px: Array) -> list[TagPose]:
    order = [i for i in np.argsort(errors_px) if np.isfinite(errors_px[i])]
    if len(order) == 2 and np.linalg.norm(rotations[0] - rotations[1]) < np.sqrt(2.0) * SAME_POSE_RAD:
        order = order[:1]
    return [TagPose(Pose(translations[i], quaternion_from_matrix(rotations[i])), float(errors_px[i])) for i in order]
