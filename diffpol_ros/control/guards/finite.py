"""Numbers that are none: NaN passes every comparison, so it is looked for first."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.core.types import Array, RobotState


def find_not_finite(what: str, *values: Array | float) -> Finding | None:
    """Return a finding where any of `values` is NaN or infinite."""
    if all(np.isfinite(value).all() for value in values):
        return None
    return Finding("not_finite", f"{what} not all finite")


def find_state_not_finite(state: RobotState) -> Finding | None:
    """Return a finding where the robot measured what is no number."""
    measured = (state.joint_positions, state.joint_velocities, state.external_torques, state.gripper_width)
    return find_not_finite("the numbers of the robot's state are", *measured)
