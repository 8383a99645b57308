"""The measurement model: where the corners of an object's tags fall in the images, and how that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from diffpol_ros.core.spatial import inverse, matrix_from_quaternion, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, TagModel
from diffpol_ros.estimation.tag_pose import corner_points

NEAREST_DEPTH = 1e-3
OBLIQUE = 0.7
# (arm @ _CROSS) as a (3, 3) matrix makes of a row vector g the row vector cross(arm, g).
_CROSS = np.array(
    [[0, 0, 0, 0, 0, 1, 0, -1, 0], [0, 0, -1, 0, 0, 0, 1, 0, 0], [0, 1, 0, -1, 0, 0, 0, 0, 0]], dtype=float
)


@dataclass(frozen=True, eq=False)
class TagView:
    """One tag of an object in one image. corners: (4, 2) [pixel], undistorted."""

    tag: TagModel
    corners: Array


@dataclass(frozen=True, eq=False)
class View:
    """All that one image shows of one object."""

    camera: CameraCalibration
    tags: tuple[TagView, ...]


class CornerProblem:
    """The reprojection error of an object's pose (in the robot base frame) over all corners of all views.

    noise: (n,) how much worse each corner is located than that of a tag seen face on.
    """

    def __init__(self, views: Sequence[View]) -> None:
        """Stack the n corners of all views."""
        pairs = [(view.camera, seen) for view in views for seen in view.tags]
        self.tag_ids = np.array([seen.tag.id for _, seen in pairs])
        self.noise = np.repeat([relative_noise(seen.corners) for _, seen in pairs], 4)
        self._points = np.concatenate([_points_of(seen.tag) for _, seen in pairs])
        self._pixels = np.concatenate([seen.corners for _, seen in pairs])
        self._rotations = np.repeat([_from_base(camera)[0] for camera, _ in pairs], 4, axis=0)
        self._translations = np.repeat([_from_base(camera)[1] for camera, _ in pairs], 4, axis=0)
        self._focal = np.repeat([(camera.fx, camera.fy) for camera, _ in pairs], 4, axis=0)
        self._centre = np.repeat([(camera.cx, camera.cy) for camera, _ in pairs], 4, axis=0)

    def residuals(self, pose: Pose) -> Array:
        """Return projected minus measured corners (n, 2) [pixel]; huge where a corner is behind its camera."""
        _, in_camera = self._in_camera(pose)
        depth = np.maximum(in_camera[:, 2:], NEAREST_DEPTH)
        return self._focal * in_camera[:, :2] / depth + self._centre - self._pixels

    def linearize(self, pose: Pose) -> tuple[Array, Array]:
        """Return the residuals (n, 2) and their derivative (n, 2, 6).

        By a shift of the object [m] and a turn about its origin [rad], both along the axes of the base frame.
        """
        arm, in_camera = self._in_camera(pose)
        depth = np.maximum(in_camera[:, 2:], NEAREST_DEPTH)
        ideal = in_camera[:, :2] / depth
        by_camera = np.zeros((len(depth), 2, 3))
        by_camera[:, 0, 0] = by_camera[:, 1, 1] = 1.0
        by_camera[:, :, 2] = -ideal
        by_shift = (self._focal / depth)[:, :, None] * by_camera @ self._rotations
        by_turn = by_shift @ (arm @ _CROSS).reshape(-1, 3, 3)
        return self._focal * ideal + self._centre - self._pixels, np.concatenate([by_shift, by_turn], axis=2)

    def _in_camera(self, pose: Pose) -> tuple[Array, Array]:
        arm = self._points @ matrix_from_quaternion(pose.quaternion).T
        in_camera = np.einsum("nij,nj->ni", self._rotations, arm + pose.position) + self._translations
        return arm, in_camera


def relative_noise(corners: Array) -> float:
    """Return how much worse the corners (4, 2) of a tag are located than those of one seen face on.

    Measured on rendered tags: 0.05 px down to 45 degrees, then about with the square of the foreshortening, 0.25 px
    at 72 degrees. Counting oblique tags like the others makes a joint fit worse than its best tag alone.
    """
    across = 0.5 * (corners[1] - corners[0] + corners[2] - corners[3])
    down = 0.5 * (corners[0] - corners[3] + corners[1] - corners[2])
    widths = np.linalg.svd(np.stack([across, down]), compute_uv=False)
    return float(max(1.0, (OBLIQUE * widths[0] / max(widths[1], 1e-6)) ** 2))


@lru_cache(maxsize=256)
def _from_base(camera: CameraCalibration) -> tuple[Array, Array]:
    """Return rotation (3, 3) and translation (3,) that take the base frame into the camera's."""
    pose = inverse(camera.pose.pose)
    return matrix_from_quaternion(pose.quaternion), pose.position


@lru_cache(maxsize=1024)
def _points_of(tag: TagModel) -> Array:
    return np.array([transform_point(tag.pose, corner) for corner in corner_points(tag.size)])
