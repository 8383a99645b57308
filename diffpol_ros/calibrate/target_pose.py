"""Where one image alone puts its target: all poses that explain the corners about as well, the best first."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from diffpol_ros.core.spatial import compose, pose_from_homogeneous, quaternion_from_matrix, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

FLAT = 1e-6
MINIMUM_POINTS = 4


@dataclass(frozen=True, eq=False)
class TargetPose:
    """One pose the target may have. `pose`: target in camera. `residual_px`: RMS over the corners."""

    pose: Pose
    residual_px: float


def possible_poses(camera: CameraCalibration, points: Array, pixels: Array) -> list[TargetPose]:
    """Return the poses of a target with `points` (n, 3) [m] seen at undistorted `pixels` (n, 2), the best first.

    A flat target seen from afar has two; which one is true only other images tell.
    """
    if len(points) < MINIMUM_POINTS:
        return []
    centre = points.mean(axis=0)
    _, spread, axes = np.linalg.svd(points - centre)
    method = cv2.SOLVEPNP_IPPE if spread[2] < FLAT else cv2.SOLVEPNP_SQPNP
    # In axes of its own: in others OpenCV's solver for planes loses one of the two poses now and then.
    axes *= np.sign(np.linalg.det(axes))
    own = Pose(-axes @ centre, quaternion_from_matrix(axes))
    points, pixels = np.ascontiguousarray((points - centre) @ axes.T), np.ascontiguousarray(pixels)
    _, turns, shifts, _ = cv2.solvePnPGeneric(points, pixels, camera.matrix, None, flags=method)
    found = []
    for turn, shift in zip(turns, shifts, strict=True):
        if np.all(np.isfinite(turn)) and np.all(np.isfinite(shift)):
            found.append(_refined(camera, points, pixels, (np.asarray(turn), np.asarray(shift))))
    ahead = sorted((one for one in found if one.pose.position[2] > 0.0), key=lambda one: one.residual_px)
    return [TargetPose(compose(one.pose, own), one.residual_px) for one in ahead]


def _refined(camera: CameraCalibration, points: Array, pixels: Array, start: tuple[Any, Any]) -> TargetPose:
    turn, shift = cv2.solvePnPRefineLM(points, pixels, camera.matrix, None, *start)
    matrix = np.eye(4)
    matrix[:3, :3], _ = cv2.Rodrigues(turn)
    matrix[:3, 3] = shift.ravel()
    pose = pose_from_homogeneous(matrix)
    return TargetPose(pose, residual_of(camera, points, pixels, pose))


def residual_of(camera: CameraCalibration, points: Array, pixels: Array, pose: Pose) -> float:
    """Return the RMS distance of undistorted corners from where a target at `pose` would have them [pixel]."""
    in_camera = np.array([transform_point(pose, point) for point in points])
    seen = in_camera @ camera.matrix.T
    depth = np.maximum(seen[:, 2:], 1e-6)
    return float(np.sqrt(np.mean(np.sum((seen[:, :2] / depth - pixels) ** 2, axis=1))))


def without_distortion(camera: CameraCalibration) -> CameraCalibration:
    """Return the camera that undistorted pixels come from."""
    return replace(camera, distortion=())
