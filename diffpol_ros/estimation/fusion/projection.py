"""The measurement model: where the corners of an object's tags fall in the images, and how that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from diffpol_ros.core.spatial import inverse, matrix_from_quaternion, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, TagModel
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise, lasting_shares, usual_noise
from diffpol_ros.estimation.fusion.tag_pose import corner_points

NEAREST_DEPTH = 1e-3
USUAL_NOISE = usual_noise(0.05)
# (arm @ _CROSS) as a (3, 3) matrix makes of a row vector g the row vector cross(arm, g).
_CROSS = np.array(
    [[0, 0, 0, 0, 0, 1, 0, -1, 0], [0, 0, -1, 0, 0, 0, 1, 0, 0], [0, 1, 0, -1, 0, 0, 0, 0, 0]], dtype=float
)


@dataclass(frozen=True, eq=False)
class TagView:
    """One tag of an object in one image.

    corners: (4, 2) [pixel], undistorted. deviation_px: how well the detector thinks it located them, if it does.
    """

    tag: TagModel
    corners: Array
    deviation_px: float | None = None


@dataclass(frozen=True, eq=False)
class View:
    """All that one image shows of one object. noise: how well its corners are located, if that is known."""

    camera: CameraCalibration
    tags: tuple[TagView, ...]
    noise: CornerNoise | None = None


class CornerProblem:
    """The reprojection error of an object's pose (in the robot base frame) over all corners of all views.

    tag_ids, cameras, widths, told: (k,) of each tag, the width of its narrow side [pixel] and the deviation that the
    detector told [pixel], nan if it did not.
    deviations: (n,) standard deviation of each corner, per axis [pixel]; n is 4 k. lasting: (n,) which part of that
    variance is the same in the next image.
    """

    def __init__(self, views: Sequence[View], noise: CornerNoise = USUAL_NOISE) -> None:
        """Stack the corners of all views; `noise` is for views that do not tell theirs."""
        pairs = [(view, seen) for view in views for seen in view.tags]
        self.tag_ids = [seen.tag.id for _, seen in pairs]
        self.cameras = [view.camera.name for view, _ in pairs]
        corners = np.array([seen.corners for _, seen in pairs])
        self.widths = narrow_sides(corners)
        self.told = np.array([np.nan if seen.deviation_px is None else seen.deviation_px for _, seen in pairs])
        each = zip((view.noise or noise for view, _ in pairs), self.widths, self.told, strict=True)
        self.deviations = np.repeat([float(known.at(width, told)) for known, width, told in each], 4)
        self.lasting = np.repeat(lasting_shares(self.widths, self.told), 4)
        placed = [_from_base(view.camera) for view, _ in pairs]
        self._points = np.concatenate([_points_of(seen.tag) for _, seen in pairs])
        self._pixels = corners.reshape(-1, 2)
        self._rotations = np.repeat([rotation for rotation, _, _, _ in placed], 4, axis=0)
        self._translations = np.repeat([translation for _, translation, _, _ in placed], 4, axis=0)
        self._focal = np.repeat([focal for _, _, focal, _ in placed], 4, axis=0)
        self._centre = np.repeat([centre for _, _, _, centre in placed], 4, axis=0)

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


def narrow_sides(corners: Array) -> Array:
    """Return how wide (k,) [pixel] tags with corners (k, 4, 2) appear across their narrow side."""
    across = 0.5 * (corners[:, 1] - corners[:, 0] + corners[:, 2] - corners[:, 3])
    down = 0.5 * (corners[:, 0] - corners[:, 3] + corners[:, 1] - corners[:, 2])
    squares = np.sum(across**2 + down**2, axis=1)
    area = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    # The smaller singular value of the two sides.
    return np.sqrt(np.maximum(0.5 * (squares - np.sqrt(np.maximum(squares**2 - 4.0 * area**2, 0.0))), 0.0))


def relative_noise(corners: Array) -> float:
    """Return how much worse the corners (4, 2) of a tag are located than those of a large one.

    Counting narrow tags like the others makes a joint fit worse than its best tag alone.
    """
    return float(usual_noise(1.0).at(narrow_sides(corners[None]), np.full(1, np.nan))[0])


@lru_cache(maxsize=256)
def _from_base(camera: CameraCalibration) -> tuple[Array, Array, Array, Array]:
    """Return rotation (3, 3) and translation (3,) from the base frame into the camera's, focal lengths, centre."""
    pose = inverse(camera.pose.pose)
    focal, centre = np.array([camera.fx, camera.fy]), np.array([camera.cx, camera.cy])
    return matrix_from_quaternion(pose.quaternion), pose.position, focal, centre


@lru_cache(maxsize=1024)
def _points_of(tag: TagModel) -> Array:
    return np.array([transform_point(tag.pose, corner) for corner in corner_points(tag.size)])
