"""Rigid-body mathematics on numpy arrays: quaternions xyzw, rotation matrices, rot6d, SE(3) twists.

rot6d is the first two columns of the rotation matrix, one after the other. A twist is (6,): translation
part [m] first, rotation vector [rad] second.
"""

import math

import numpy as np

from diffpol_ros.core.types import Array, Pose

SMALL_ANGLE = 1e-6


def identity_pose() -> Pose:
    """Return the pose that changes nothing."""
    return Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))


def skew(vector: Array) -> Array:
    """Return the matrix that multiplies as `cross(vector, .)`."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def normalize_quaternion(quaternion: Array) -> Array:
    """Return the unit quaternion along `quaternion`."""
    norm = math.sqrt(float(quaternion @ quaternion))
    if not norm > 1e-9:
        raise ValueError(f"quaternion {quaternion} has no direction: its norm is {norm}")
    return np.asarray(quaternion) / norm


def multiply_quaternions(left: Array, right: Array) -> Array:
    """Return the rotation `right` followed by `left`."""
    x1, y1, z1, w1 = left
    x2, y2, z2, w2 = right
    return np.array(
        [
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
        ]
    )


def conjugate_quaternion(quaternion: Array) -> Array:
    """Return the opposite rotation of a unit quaternion."""
    x, y, z, w = quaternion
    return np.array([-x, -y, -z, w])


def matrix_from_quaternion(quaternion: Array) -> Array:
    """Return the (3, 3) rotation matrix of a unit quaternion."""
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_from_matrix(matrix: Array) -> Array:
    """Return the unit quaternion of a rotation matrix, with w >= 0."""
    trace = matrix[0, 0] + matrix[1, 1] + matrix[2, 2]
    squares = np.array([*(1.0 - trace + 2.0 * matrix[i, i] for i in range(3)), 1.0 + trace])
    largest = int(np.argmax(squares))
    quaternion = np.empty(4)
    if largest == 3:
        quaternion[3] = squares[3]
        quaternion[0] = matrix[2, 1] - matrix[1, 2]
        quaternion[1] = matrix[0, 2] - matrix[2, 0]
        quaternion[2] = matrix[1, 0] - matrix[0, 1]
    else:
        i, j, k = largest, (largest + 1) % 3, (largest + 2) % 3
        quaternion[i] = squares[i]
        quaternion[j] = matrix[j, i] + matrix[i, j]
        quaternion[k] = matrix[k, i] + matrix[i, k]
        quaternion[3] = matrix[k, j] - matrix[j, k]
    if quaternion[3] < 0.0:
        quaternion = -quaternion
    return normalize_quaternion(quaternion)


def rot6d_from_quaternion(quaternion: Array) -> Array:
    """Return the first two columns of the rotation matrix, (6,)."""
    return matrix_from_quaternion(quaternion)[:, :2].T.reshape(6)


def matrix_from_rot6d(rot6d: Array) -> Array:
    """Return the rotation matrix nearest in the Gram-Schmidt sense to six numbers."""
    first, second = np.asarray(rot6d[:3], dtype=np.float64), np.asarray(rot6d[3:], dtype=np.float64)
    length = math.sqrt(float(first @ first))
    if not length > 1e-9:
        raise ValueError(f"rot6d {rot6d} has no first column")
    x = first / length
    rest = second - (x @ second) * x
    length = math.sqrt(float(rest @ rest))
    if not length > 1e-9:
        raise ValueError(f"rot6d {rot6d} has parallel columns")
    y = rest / length
    return np.stack([x, y, np.cross(x, y)], axis=1)


def quaternion_from_rot6d(rot6d: Array) -> Array:
    """Return the unit quaternion of six numbers made by `rot6d_from_quaternion`, or near them."""
    return quaternion_from_matrix(matrix_from_rot6d(rot6d))


def rotation_vector(quaternion: Array) -> Array:
    """Return the logarithm of a unit quaternion: axis times angle in [rad], angle at most pi."""
    x, y, z, w = quaternion if quaternion[3] >= 0.0 else -np.asarray(quaternion)
    vector = np.array([x, y, z])
    sine = math.sqrt(float(vector @ vector))
    if sine < SMALL_ANGLE:
        return 2.0 * vector
    return (2.0 * math.atan2(sine, w) / sine) * vector


def quaternion_from_rotation_vector(vector: Array) -> Array:
    """Return the exponential of a rotation vector [rad]."""
    angle = math.sqrt(float(vector @ vector))
    scale = 0.5 - angle * angle / 48.0 if angle < SMALL_ANGLE else math.sin(0.5 * angle) / angle
    x, y, z = scale * np.asarray(vector)
    return np.array([x, y, z, math.cos(0.5 * angle)])


def rotation_between(start: Array, end: Array) -> Array:
    """Return the rotation vector [rad], in the parent frame, that takes `start` to `end`."""
    return rotation_vector(multiply_quaternions(end, conjugate_quaternion(start)))


def slerp(start: Array, end: Array, fraction: float) -> Array:
    """Return the rotation `fraction` of the shortest way from `start` to `end`."""
    step = quaternion_from_rotation_vector(fraction * rotation_between(start, end))
    return normalize_quaternion(multiply_quaternions(step, start))


def rotate(quaternion: Array, vector: Array) -> Array:
    """Return `vector` turned by a unit quaternion."""
    return matrix_from_quaternion(quaternion) @ vector


def compose(parent: Pose, child: Pose) -> Pose:
    """Return the pose of `child` (given in the frame that `parent` places) in the parent's frame."""
    position = parent.position + rotate(parent.quaternion, child.position)
    return Pose(position, normalize_quaternion(multiply_quaternions(parent.quaternion, child.quaternion)))


def inverse(pose: Pose) -> Pose:
    """Return the pose that undoes `pose`."""
    quaternion = conjugate_quaternion(pose.quaternion)
    return Pose(-rotate(quaternion, pose.position), quaternion)


def transform_point(pose: Pose, point: Array) -> Array:
    """Return a point of the child frame in the parent frame [m]."""
    return pose.position + rotate(pose.quaternion, point)


def homogeneous(pose: Pose) -> Array:
    """Return the (4, 4) matrix of a pose."""
    matrix = np.eye(4)
    matrix[:3, :3] = matrix_from_quaternion(pose.quaternion)
    matrix[:3, 3] = pose.position
    return matrix


def pose_from_homogeneous(matrix: Array) -> Pose:
    """Return the pose of a (4, 4) matrix."""
    return Pose(matrix[:3, 3], quaternion_from_matrix(matrix[:3, :3]))


def se3_exp(twist: Array) -> Pose:
    """Return the pose reached by following `twist` for one unit of time."""
    translation, rotation = twist[:3], twist[3:]
    angle = math.sqrt(float(rotation @ rotation))
    cross = skew(rotation)
    if angle < 1e-3:
        first, second = 0.5 - angle**2 / 24.0, 1.0 / 6.0 - angle**2 / 120.0
    else:
        first, second = (1.0 - math.cos(angle)) / angle**2, (angle - math.sin(angle)) / angle**3
    left = np.eye(3) + first * cross + second * cross @ cross
    return Pose(left @ translation, quaternion_from_rotation_vector(rotation))


def se3_log(pose: Pose) -> Array:
    """Return the twist (6,) whose exponential is `pose`."""
    rotation = rotation_vector(pose.quaternion)
    return np.concatenate([inverse_left_jacobian(rotation) @ pose.position, rotation])


def inverse_left_jacobian(rotation: Array) -> Array:
    """Return (3, 3): how a rotation vector [rad] changes where a small turn in the parent frame follows it."""
    angle = math.sqrt(float(rotation @ rotation))
    cross = skew(rotation)
    if angle < 1e-3:
        factor = 1.0 / 12.0 + angle**2 / 720.0
    else:
        half = 0.5 * angle
        factor = (1.0 - half / math.tan(half)) / angle**2
    return np.eye(3) - 0.5 * cross + factor * cross @ cross
