"""Joint targets that a motor can follow: velocity, acceleration and jerk within limits at every step."""

from dataclasses import dataclass

import numpy as np
from ruckig import ControlInterface, InputParameter, OutputParameter, Result, Ruckig, RuckigError, Synchronization

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
    """Positions (7,) [rad], velocities [rad/s] and accelerations [rad/s^2] of the target.

    step, change: mean velocity and its rate of change over the last step.
    """

    positions: Array
    velocities: list[float]
    accelerations: list[float]
    step: Array
    change: Array


class JointLimiter:
    """Goes with a moving target where the limits allow it, and else after it by the quickest motion they allow.

    A target that is followed exactly needs no planning: the quickest motion would answer its least unevenness with
    full acceleration.
    """

    def __init__(self, limits: JointLimits, settings: FollowerSettings) -> None:
        """Allow the settings' shares of `limits`."""
        self._trajectory = Ruckig(JOINTS, settings.period)
        self._input, self._output = InputParameter(JOINTS), OutputParameter(JOINTS)
        self._velocity = settings.velocity_scale * np.array(limits.velocity)
        self._acceleration = settings.acceleration_scale * np.array(limits.acceleration)
        self._jerk = settings.jerk_scale * np.array(limits.jerk)
        self._input.max_velocity = self._velocity.tolist()
        self._input.max_acceleration = self._acceleration.tolist()
        self._input.max_jerk = self._jerk.tolist()
        self._input.synchronization = Synchronization.No
        self.reset(np.zeros(JOINTS))

    def reset(self, joint_positions: Array) -> None:
        """Stand still at `joint_positions` (7,) [rad]."""
        self._input.current_position = joint_positions.tolist()
        self._input.current_velocity = [0.0] * JOINTS
        self._input.current_acceleration = [0.0] * JOINTS
        self._positions = np.array(joint_positions)
        self._step, self._change = np.zeros(JOINTS), np.zeros(JOINTS)

    def save(self) -> Motion:
        """Return the present motion, for `restore`."""
        present = self._input
        return Motion(self._positions, present.current_velocity, present.current_acceleration, self._step, self._change)

    def restore(self, motion: Motion) -> None:
        """Go back to a motion that `save` returned."""
        self._positions, self._step, self._change = motion.positions, motion.step, motion.change
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
        if self._go_with(joint_positions, duration):
            return self._positions
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

    def _go_with(self, joint_positions: Array, duration: float) -> bool:
        """Step right to `joint_positions` where velocity, acceleration and jerk of that step are within the limits."""
        step = (joint_positions - self._positions) / duration
        acceleration = (step - self._step) / duration
        jerk = (acceleration - self._change) / duration
        ending = step + 0.5 * duration * acceleration
        possible = (
            (np.abs(jerk) <= LARGEST_SHARE * self._jerk)
            & (np.abs(acceleration) <= LARGEST_SHARE * self._acceleration)
            & (np.maximum(np.abs(step), np.abs(ending)) <= LARGEST_SHARE * self._velocity)
        )
        if not possible.all():
            return False
        self._input.current_position = joint_positions.tolist()
        self._input.current_velocity = ending.tolist()
        self._input.current_acceleration = acceleration.tolist()
        self._arrive(joint_positions, duration)
        return True

    def _arrive(self, joint_positions: Array, duration: float) -> None:
        step = (joint_positions - self._positions) / duration
        self._positions, self._step, self._change = joint_positions, step, (step - self._step) / duration

    def _advance(self, duration: float) -> Array:
        self._trajectory.delta_time = duration
        try:
            result = self._trajectory.update(self._input, self._output)
        except RuckigError as error:
            raise LimiterError(f"no bounded motion to {self._input.target_position}: {error}") from error
        if result not in (Result.Working, Result.Finished):
            raise LimiterError(f"no bounded motion to {self._input.target_position}: {result.name}")
        self._output.pass_to_input(self._input)
        self._arrive(np.array(self._output.new_position), duration)
        return self._positions
