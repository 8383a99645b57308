"""Where an arm's tool is, by the textbook and nothing of the stack's own kinematics."""

import math

import numpy as np

from diffpol_ros.core.robot_description import DenavitHartenberg, RobotDescription
from diffpol_ros.core.spatial import homogeneous
from diffpol_ros.core.types import Array


def tool_points(description: RobotDescription, positions: Array) -> Array:
    """Return where the tool centre point is (n, 3) [m] for joint positions (n, 7): the textbook's product of frames."""
    geometry: DenavitHartenberg = description.kinematics
    tool = np.eye(4)
    tool[2, 3] = geometry.flange
    tool = tool @ homogeneous(description.tool.pose)
    return np.array([(_arm(geometry, joints) @ tool)[:3, 3] for joints in positions])


def _arm(geometry: DenavitHartenberg, joints: Array) -> Array:
    frame = np.eye(4)
    for a, d, alpha, angle in zip(geometry.a, geometry.d, geometry.alpha, joints, strict=True):
        ca, sa, cq, sq = math.cos(alpha), math.sin(alpha), math.cos(angle), math.sin(angle)
        frame = frame @ np.array(
            [[cq, -sq, 0, a], [sq * ca, cq * ca, -sa, -sa * d], [sq * sa, cq * sa, ca, ca * d], [0, 0, 0, 1]]
        )
    return frame
