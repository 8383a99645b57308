"""Action vectors (position 3 [m], rot6d 6, gripper width 1 [m]) to and from action chunks."""

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.spatial import quaternion_from_rot6d, rot6d_from_quaternion
from diffpol_ros.core.types import ActionChunk, Pose
from diffpol_ros.policy.observation import pose_vector
from diffpol_ros.policy.specs import ACTION_ENTRIES

Vectors = NDArray[np.float32]
ACTION_DIMENSION = sum(entry.size for entry in ACTION_ENTRIES)


class ActionError(DiffpolError):
    """A policy's output that must not reach the arm."""


def action_vector(pose: Pose, gripper_width: float) -> Vectors:
    """Return the (10,) action that reaches `pose` with the fingers `gripper_width` [m] apart."""
    return np.append(pose_vector(pose), gripper_width).astype(np.float32)


def chunk_from_actions(actions: NDArray[np.floating], stamp_ns: int, step_ns: int) -> ActionChunk:
    """Return (n, 10) raw actions as a chunk: action i is due at `stamp_ns` + (i + 1) * `step_ns` [ns].

    Six numbers become a rotation by Gram-Schmidt; a width below zero becomes zero.
    """
    if actions.ndim != 2 or actions.shape[1] != ACTION_DIMENSION:
        raise ActionError(f"actions have shape {actions.shape}, expected (n, {ACTION_DIMENSION})")
    if not np.isfinite(actions).all():
        raise ActionError(f"action {int(np.argwhere(~np.isfinite(actions))[0, 0])} of the policy is not finite")
    exact = actions.astype(np.float64)
    try:
        quaternions = np.stack([quaternion_from_rot6d(action[3:9]) for action in exact])
    except ValueError as error:
        raise ActionError(f"the policy gave no rotation: {error}") from error
    stamps = tuple(stamp_ns + (index + 1) * step_ns for index in range(len(exact)))
    return ActionChunk(stamp_ns, stamps, exact[:, :3], quaternions, np.maximum(exact[:, 9], 0.0))


def actions_from_chunk(chunk: ActionChunk) -> Vectors:
    """Return a chunk as (n, 10) raw actions."""
    rotations = [rot6d_from_quaternion(quaternion) for quaternion in chunk.quaternions]
    return np.column_stack([chunk.positions, np.array(rotations), chunk.gripper_widths]).astype(np.float32)
