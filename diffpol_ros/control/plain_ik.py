"""Differential inverse kinematics as DPPO's paper has it: the pseudo-inverse of the Jacobian, integrated once."""

import numpy as np

from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.types import Array, Pose


class PlainInverseKinematics:
    """Knows neither limits nor singularities: what comes after it, the limiter and the gate, must."""

    def __init__(self, kinematics: Kinematics) -> None:
        """Move the arm of `kinematics`."""
        self._kinematics = kinematics

    def step(self, joint_positions: Array, target: Pose, duration: float) -> JointStep:
        """Return the step of `duration` [s] from `joint_positions` (7,) [rad] that should reach `target`."""
        tool = self._kinematics.tool_frame(joint_positions.tolist())
        jacobian, twist = tool.jacobian(), np.array(tool.missing(target)) / duration
        velocities = np.linalg.pinv(jacobian) @ twist
        return JointStep(joint_positions + velocities * duration, velocities, jacobian @ velocities)

    def reset(self) -> None:
        """Do nothing: no step remembers another."""
