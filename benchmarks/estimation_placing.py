"""Where the block, the tool and the cameras of a random scene are."""

from dataclasses import replace

import numpy as np

from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_matrix, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, PoseSettings

PLACE_LOWER, PLACE_UPPER = (0.4, -0.15), (0.6, 0.15)
LIFTS = (0.03, 0.25)
ELEVATIONS = (np.radians(15.0), np.radians(70.0))
AZIMUTH = np.radians(120.0)
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
BORDER_PX = 10.0


def block_pose(size: float, random: np.random.Generator) -> Pose:
    """Return where a block of edge `size` [m] is: half of them on the table, others lifted, half of these tilted."""
    x, y = random.uniform(PLACE_LOWER, PLACE_UPPER)
    yaw = quaternion_from_rotation_vector(np.array([0.0, 0.0, random.uniform(-np.pi, np.pi)]))
    where = random.uniform()
    height = 0.5 * size + (0.0 if where < 0.5 else random.uniform(*LIFTS))
    tilt = random.uniform(-1.0, 1.0, 3) if where > 0.75 else np.zeros(3)
    return Pose(np.array([x, y, height]), multiply_quaternions(quaternion_from_rotation_vector(tilt), yaw))


def tool_pose(block: Pose, grasping: bool, random: np.random.Generator) -> Pose:
    """Return where the tool is: from above, its fingers along two sides of the block, or a little over it."""
    yaw = 2.0 * np.arctan2(block.quaternion[2], block.quaternion[3])
    turned = quaternion_from_rotation_vector(np.array([0.0, 0.0, yaw + 0.5 * np.pi * random.integers(4)]))
    down = multiply_quaternions(turned, DOWN)
    if grasping:
        return Pose(block.position + np.array([0.0, 0.0, random.uniform(-0.005, 0.015)]), down)
    tilt = quaternion_from_rotation_vector(random.uniform(-0.3, 0.3, 3))
    offset = random.uniform([-0.06, -0.06, 0.04], [0.06, 0.06, 0.12])
    return Pose(block.position + offset, multiply_quaternions(tilt, down))


def camera_around(
    still: CameraCalibration, block: Pose, size: float, distance: float, random: np.random.Generator
) -> CameraCalibration:
    """Return `still` moved to `distance` [m] from a block of edge `size` [m], which is somewhere in its image."""
    elevation, azimuth = random.uniform(*ELEVATIONS), random.uniform(-AZIMUTH, AZIMUTH)
    level = np.cos(elevation)
    outward = np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)])
    margin = BORDER_PX + 0.9 * size * still.fx / distance
    pixel = random.uniform([margin, margin], [still.width - margin, still.height - margin])
    quaternion = _aimed(still, -outward, pixel, random.uniform(-np.pi, np.pi))
    x, y, z = (block.position + distance * outward).tolist()
    i, j, k, w = quaternion.tolist()
    return replace(still, pose=PoseSettings((x, y, z), (i, j, k, w)))


def _aimed(camera: CameraCalibration, forward: Array, pixel: Array, roll: float) -> Array:
    """Return the rotation of a camera that sees what lies along `forward` at `pixel`."""
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    straight = quaternion_from_matrix(np.column_stack([right, np.cross(forward, right), forward]))
    rolled = multiply_quaternions(straight, quaternion_from_rotation_vector(np.array([0.0, 0.0, roll])))
    ray = np.array([(pixel[0] - camera.cx) / camera.fx, (pixel[1] - camera.cy) / camera.fy, 1.0])
    axis = np.cross(ray, [0.0, 0.0, 1.0])
    angle = np.arctan2(np.linalg.norm(axis), ray[2])
    turn = angle * axis / max(float(np.linalg.norm(axis)), 1e-12)
    return multiply_quaternions(rolled, quaternion_from_rotation_vector(turn))
