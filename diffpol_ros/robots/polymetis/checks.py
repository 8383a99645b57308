"""What a Polymetis server must say of its robot before it is believed."""

from typing import Any

import numpy as np

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.robots.base import RobotTaken

LOWEST_RATE_HZ = 500


def require_expected_robot(metadata: Any, limits: JointLimits, address: str) -> None:
    """Raise a RobotError where the RobotClientMetadata of `address` is not of a robot with these limits."""
    rest = np.array(metadata.rest_pose)
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    where = f"the robot at {address}"
    if metadata.dof != JOINTS:
        raise RobotError(f"{where} has {metadata.dof} joints, expected {JOINTS}: correct the address")
    if metadata.hz < LOWEST_RATE_HZ:
        raise RobotError(f"{where} runs at {metadata.hz} Hz, expected at least {LOWEST_RATE_HZ}: correct its `hz`")
    if rest.shape != (JOINTS,) or not ((rest >= lower) & (rest <= upper)).all():
        raise RobotError(f"{where} rests at {rest.tolist()}, outside this robot's limits: choose its description")


def require_free(episode: Any, address: str) -> None:
    """Raise RobotTaken where `episode`, the newest of `address`, is still open: that client's targets would go on."""
    if episode.start >= 0 > episode.end:
        raise RobotTaken(
            f"{address} runs a controller that another client started: end that program; where it is gone already, "
            "bridge/reset ends what it left"
        )


def joint_numbers(numbers: Any, name: str, address: str) -> Array:
    """Return what `address` reports as `name` (7,); a RobotError where these are not 7 finite numbers."""
    joints = np.array(numbers, dtype=np.float64)
    if joints.shape != (JOINTS,) or not np.isfinite(joints).all():
        raise RobotError(f"{address} reports {name} {joints.tolist()}, expected {JOINTS} finite numbers")
    return joints
