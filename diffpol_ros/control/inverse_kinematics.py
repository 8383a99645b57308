"""The ways from a pose to joints, by the name that the settings give."""

from typing import Protocol

from diffpol_ros.control.differential_ik import DifferentialInverseKinematics, JointStep
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.plain_ik import PlainInverseKinematics
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, Pose


class InverseKinematics(Protocol):
    """Leads the joints to poses, a step at a time."""

    def step(self, joint_positions: Array, target: Pose, duration: float) -> JointStep:
        """Return the step of `duration` [s] from `joint_positions` (7,) [rad] towards `target`."""
        ...

    def reset(self) -> None:
        """Forget what came before."""
        ...


def make_inverse_kinematics(
    description: RobotDescription, kinematics: Kinematics, settings: FollowerSettings
) -> InverseKinematics:
    """Return the one that `settings` names."""
    if settings.inverse_kinematics == "plain":
        return PlainInverseKinematics(kinematics)
    return DifferentialInverseKinematics(description, kinematics, settings)
