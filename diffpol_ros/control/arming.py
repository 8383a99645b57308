"""Whether an arm may be enabled."""

import numpy as np

from diffpol_ros.control.guards.finite import find_state_not_finite
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.arm_body import ArmBody
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.placing import complaint_at
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import RobotState


class ArmingError(DiffpolError):
    """The arm must not be enabled now; the message says why."""


class Arming:
    """Looks at a robot's state: finite, fresh, at rest, and where the arm may be."""

    def __init__(self, description: RobotDescription, body: ArmBody, settings: FollowerSettings) -> None:
        """Take the limits from `description` and `settings`; `body` is the robot's."""
        self._description, self._body, self._settings = description, body, settings

    def require(self, state: RobotState, age: float) -> None:
        """Raise ArmingError where an arm whose `state` is `age` [s] old must not be enabled."""
        broken = find_state_not_finite(state)
        if broken is not None:
            raise ArmingError(broken.reason)
        if age > self._settings.maximum_state_age:
            raise ArmingError(f"the robot's state is {age:.3f} s old: is it running, and are the clocks synchronised?")
        speed = float(np.abs(state.joint_velocities).max())
        if speed > self._settings.maximum_arming_speed:
            raise ArmingError(f"a joint moves at {speed:.2f} rad/s: enable at rest")
        self._require_place(state)

    def _require_place(self, state: RobotState) -> None:
        limits, joints = self._description.limits, state.joint_positions
        if (joints < np.array(limits.lower)).any() or (joints > np.array(limits.upper)).any():
            raise ArmingError(f"the arm is outside its joint limits at {np.round(joints, 3).tolist()}: move it by hand")
        complaint = complaint_at(joints, self._body, self._description.workspace, self._description.safety)
        if complaint:
            raise ArmingError(f"{complaint}: move the arm by hand")
        pushed = np.abs(state.external_torques) > np.array(self._description.safety.external_torque.lasting)
        if pushed.any():
            joint = int(pushed.argmax()) + 1
            torque = state.external_torques[joint - 1]
            raise ArmingError(f"something pushes joint {joint} with {abs(torque):.1f} Nm: free the arm")
