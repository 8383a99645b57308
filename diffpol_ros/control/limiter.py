"""Joint targets that a motor can follow: velocity, acceleration and jerk within limits at every step."""

from dataclasses import dataclass

import numpy as np
from ruckig import ControlInterface, InputParameter, OutputParameter, Result, Ruckig, Synchronization

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array

AT_REST = 1e-6
LARGEST_SHARE = 0.999


class LimiterError(DiffpolError):
    """A target that no bounded motion reaches, such as one that is not finite."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Positions (7,) [rad], velocities [rad/s] and accelerations [rad/s^2] of the target."""

    positions: Array
    velocities: list[float]
    accelerations: list[float]


class JointLimiter:
    """Follows a moving target by the quickest motion within the limits, recomputed at every step."""

    def __init__(self, limits: JointLimits, settings: FollowerSettings) -> None:
        """Allow the settings' shares of `limits`."""
        self._trajectory = Ruckig(JOINTS, settings.period)
        self._input, self._output = InputParameter(JOINTS), OutputParameter(JOINTS)
        self._velocity = settings.velocity_scale * np.array(limits.velocity)
        self._input.max_velocity = self._velocity.tolist()
        self._input.max_acceleration = (settings.acceleration_scale * np.array(limits.acceleration)).tolist()
        self._input.max_jerk = (settings.jerk_scale * np.array(limits.jerk)).tolist()
        self._input.synchronization = Synchronization.No
        self.reset(np.zeros(JOINTS))

    def reset(self, joint_positions: Array) -> None:
        """Stand still at `joint_positions` (7,) [rad]."""
        self._input.current_position = joint_positions.tolist()
        self._input.current_velocity = [0.0] * JOINTS
        self._input.current_acceleration = [0.0] * JOINTS
        self._positions = np.array(joint_positions)

    def save(self) -> Motion:
        """Return the present motion, for `restore`."""
        present = self._input
        return Motion(self._positions, present.current_velocity, present.current_acceleration)

    def restore(self, motion: Motion) -> None:
        """Go back to a motion that `save` returned."""
        self._positions = motion.positions
        self._input.current_position = motion.positions.tolist()
        self._input.current_velocity = motion.velocities
        self._input.current_acceleration = motion.accelerations

    @property
    def positions(self) -> Array:
        """The present target (7,) [rad]."""
        return self._positions

    @property
    def at_rest(self) -> bool:
        """Whether the target stands still."""
        moving = (*self._input.current_velocity, *self._input.current_acceleration)
        return max(moving) < AT_REST and min(moving) > -AT_REST

    def follow(self, joint_positions: Array, joint_velocities: Array, duration: float) -> Array:
        """Move for `duration` [s] so as to pass `joint_positions` [rad] at `joint_velocities` [rad/s], all (7,)."""
        bound = LARGEST_SHARE * self._velocity
        self._input.control_interface = ControlInterface.Position
        self._input.target_position = joint_positions.tolist()
        self._input.target_velocity = np.clip(joint_velocities, -bound, bound).tolist()
        return self._advance(duration)

    def brake(self, duration: float) -> Array:
        """Move for `duration` [s] so as to stand still as soon as the limits allow."""
        self._input.control_interface = ControlInterface.Velocity
        self._input.target_velocity = [0.0] * JOINTS
        return self._advance(duration)

    def _advance(self, duration: float) -> Array:
        self._trajectory.delta_time = duration
        try:
            result = self._trajectory.update(self._input, self._output)
        except RuntimeError as error:
            raise LimiterError(f"no bounded motion to {self._input.target_position}: {error}") from error
        if result not in (Result.Working, Result.Finished):
            raise LimiterError(f"no bounded motion to {self._input.target_position}: {result.name}")
        self._output.pass_to_input(self._input)
        self._positions = np.array(self._output.new_position)
        return self._positions
