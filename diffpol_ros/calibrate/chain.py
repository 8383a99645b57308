"""The way from a target's points to pixels over a moving hand, and how the pixels change with each of its poses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.core.spatial import identity_pose, matrix_from_quaternion
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

NEAREST_DEPTH = 1e-3
CAMERA, TARGET, SHIFT, SLIP = slice(0, 6), slice(6, 12), slice(12, 13), slice(13, 19)
SHARED = 13
NOWHERE_ELSE = identity_pose()


@dataclass(frozen=True, eq=False)
class TargetView:
    """What one image shows of the target, and where the hand was.

    points: (n, 3) in the target's frame [m]. pixels: (n, 2) where they were seen, without distortion.
    hand: end effector in the robot base frame. twist: (6,) its velocity along its own axes [m/s, rad/s].
    ids: (n,) which corner of the target each is.
    """

    name: str
    points: Array
    pixels: Array
    hand: Pose = NOWHERE_ELSE
    twist: Array | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class ChainState:
    """Everything a fit may move.

    camera: in the frame it is mounted on. target: in the other one of base and hand. shift: add it to the stamps of
    the images [s]. slips: (n, 4, 4) by which the hand was elsewhere than the robot said, one a view.
    """

    camera: Pose
    target: Pose
    shift: float
    slips: Array

    def moved(self, shared: Array, slips: Array) -> "ChainState":
        """Return the state after steps (13,) of camera, target and shift, and (n, 6) of the slips."""
        turned = np.zeros_like(self.slips)
        turned[:, :3, :3] = Rotation.from_rotvec(slips[:, 3:]).as_matrix() @ self.slips[:, :3, :3]
        turned[:, :3, 3] = self.slips[:, :3, 3] + slips[:, :3]
        turned[:, 3, 3] = 1.0
        camera, target = moved(self.camera, shared[CAMERA]), moved(self.target, shared[TARGET])
        return ChainState(camera, target, self.shift + float(shared[SHIFT][0]), turned)

    @property
    def slip_vectors(self) -> Array:
        """Return the slips as (n, 6): shift [m], then rotation vector [rad]."""
        turns = Rotation.from_matrix(self.slips[:, :3, :3]).as_rotvec()
        return np.concatenate([self.slips[:, :3, 3], turns], axis=1)


def start_state(camera: Pose, target: Pose, views: int) -> ChainState:
    """Return the state in which every hand was where the robot said."""
    return ChainState(camera, target, 0.0, np.tile(np.eye(4), (views, 1, 1)))


def moved(pose: Pose, step: Array) -> Pose:
    """Return `pose` shifted [m] and turned about its own origin [rad], both along the axes of its parent."""
    turned = Rotation.from_rotvec(step[3:]) * Rotation.from_quat(pose.quaternion)
    return Pose(pose.position + step[:3], turned.as_quat())


class Chain:
    """Reprojection over all corners of all views; `mount` says what carries the camera, the other carries the target.

    base: camera <- base <- hand <- target. end_effector: camera <- hand <- base <- target.
    """

    def __init__(self, camera: CameraCalibration, views: Sequence[TargetView], mount: str) -> None:
        """Stack the corners of all views."""
        counts = [len(view.points) for view in views]
        self.in_hand = mount == "end_effector"
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.of_view = np.repeat(np.arange(len(views)), counts)
        self._points = np.concatenate([view.points for view in views])
        self._pixels = np.concatenate([view.pixels for view in views])
        self._focal, self._centre = np.array([camera.fx, camera.fy]), np.array([camera.cx, camera.cy])
        self._positions = np.array([view.hand.position for view in views])
        self._rotations = np.array([matrix_from_quaternion(view.hand.quaternion) for view in views])
        self._twists = np.array([np.zeros(6) if view.twist is None else view.twist for view in views])

    def residuals(self, state: ChainState) -> Array:
        """Return projected minus seen corners (m, 2) [pixel]; huge where a corner is behind the camera."""
        return self._project(self._walk(state)[0])

    def linearize(self, state: ChainState) -> tuple[Array, Array]:
        """Return the residuals (m, 2) and their derivatives (m, 2, 19).

        By camera, target (each a shift [m], then a turn about its origin [rad], along the axes of its parent), the
        time shift [s] and the slip of the corner's own view.
        """
        in_camera, by_pose = self._walk(state)
        depth = np.maximum(in_camera[:, 2:], NEAREST_DEPTH)
        by_point = np.zeros((len(depth), 2, 3))
        by_point[:, 0, 0], by_point[:, 1, 1] = self._focal[0], self._focal[1]
        by_point[:, :, 2] = -self._focal * in_camera[:, :2] / depth
        return self._project(in_camera), by_point / depth[:, :, None] @ by_pose

    def _project(self, in_camera: Array) -> Array:
        depth = np.maximum(in_camera[:, 2:], NEAREST_DEPTH)
        return self._focal * in_camera[:, :2] / depth + self._centre - self._pixels

    def _walk(self, state: ChainState) -> tuple[Array, Array]:
        """Return the points in the camera (m, 3) and their derivatives (m, 3, 19)."""
        arm = self._points @ matrix_from_quaternion(state.target.quaternion).T
        carried, by_target, by_shift, by_slip = self._over_hand(state, arm + state.target.position)
        out = carried - state.camera.position
        jacobian = np.zeros((len(arm), 3, 19))
        jacobian[:, :, 0:3], jacobian[:, :, 3:6] = -np.eye(3), _skew(out)
        jacobian[:, :, 6:9], jacobian[:, :, 9:12] = by_target, -by_target @ _skew(arm)
        jacobian[:, :, 12], jacobian[:, :, SLIP] = by_shift, by_slip
        rotation = matrix_from_quaternion(state.camera.quaternion)
        return out @ rotation, np.einsum("ij,mik->mjk", rotation, jacobian)

    def _over_hand(self, state: ChainState, points: Array) -> tuple[Array, Array, Array, Array]:
        """Return points carried to the camera's mount, and their derivatives by points, time shift and slip."""
        positions, rotations, velocity = self._hands(state.shift)
        slip, offset = state.slips[self.of_view, :3, :3], state.slips[self.of_view, :3, 3]
        spin = self._twists[self.of_view, 3:]
        by_slip = np.zeros((len(points), 3, 6))
        by_slip[:, :, :3] = np.eye(3)
        if self.in_hand:
            inside = np.einsum("mji,mj->mi", rotations, points - positions)
            slipped = _apply(slip, inside)
            by_slip[:, :, 3:] = -_skew(slipped)
            by_shift = -_apply(slip, velocity + _apply(_skew(spin), inside))
            return slipped + offset, slip @ np.swapaxes(rotations, 1, 2), by_shift, by_slip
        slipped = _apply(slip, points)
        by_slip[:, :, 3:] = -_skew(slipped)
        by_shift = _apply(rotations, velocity + _apply(_skew(spin), slipped + offset))
        return _apply(rotations, slipped + offset) + positions, rotations @ slip, by_shift, rotations @ by_slip

    def _hands(self, shift: float) -> tuple[Array, Array, Array]:
        """Return where the hand was (m, 3), (m, 3, 3) `shift` [s] later, going on straight, and its velocity there."""
        turns = Rotation.from_rotvec(shift * self._twists[:, 3:]).as_matrix()
        positions = self._positions + shift * _apply(self._rotations, self._twists[:, :3])
        velocities = _apply(np.swapaxes(turns, 1, 2), self._twists[:, :3])
        return positions[self.of_view], (self._rotations @ turns)[self.of_view], velocities[self.of_view]


def _apply(rotations: Array, vectors: Array) -> Array:
    return np.einsum("mij,mj->mi", rotations, vectors)


def _skew(vectors: Array) -> Array:
    """Return the matrices (m, 3, 3) that multiply as `cross(vector, .)`."""
    matrices = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrices[:, 0, 1], matrices[:, 0, 2], matrices[:, 1, 2] = -z, y, -x
    matrices[:, 1, 0], matrices[:, 2, 0], matrices[:, 2, 1] = z, -y, x
    return matrices
