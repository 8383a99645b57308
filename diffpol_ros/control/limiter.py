"""Joint targets that a motor can follow: velocity, acceleration and jerk within limits at every step."""

import numpy as np
from ruckig import ControlInterface, InputParameter, OutputParameter, Result, Ruckig, RuckigError, Synchronization

from diffpol_ros.control.braking import Motion
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array

AT_REST = 1e-6
LARGEST_SHARE = 0.999
GAIN = 20.0
"""How fast an error is caught up with [1/s]: slow against the joints' acceleration, so that nothing overshoots."""
BRAKING_SHARE = 0.5
"""Of the acceleration an approach may count on; the rest is for building the deceleration up."""


class LimiterError(DiffpolError):
    """A target that no bounded motion reaches, such as one that is not finite."""


class JointLimiter:
    """Goes after a moving target as the limits allow, always towards it.

    It commands velocities: the target's own, and what catches up with it. A planner of positions with end velocities
    would take a run-up, away from the target, whenever the target moves faster than the joint does.
    """

    def __init__(self, limits: JointLimits, settings: FollowerSettings) -> None:
        """Allow the settings' shares of `limits`."""
        self._trajectory = Ruckig(JOINTS, settings.period)
        self._input, self._output = InputParameter(JOINTS), OutputParameter(JOINTS)
        velocity = settings.velocity_scale * np.array(limits.velocity)
        self._acceleration = settings.acceleration_scale * np.array(limits.acceleration)
        jerk = settings.jerk_scale * np.array(limits.jerk)
        # Before an acceleration is wound down to zero it adds this much more velocity.
        self._velocity = LARGEST_SHARE * (velocity - 0.5 * self._acceleration**2 / jerk)
        self._input.control_interface = ControlInterface.Velocity
        self._input.max_velocity = velocity.tolist()
        self._input.max_acceleration = self._acceleration.tolist()
        self._input.max_jerk = jerk.tolist()
        self._input.synchronization = Synchronization.No
        self.reset(np.zeros(JOINTS))

    def reset(self, joint_positions: Array) -> None:
        """Stand still at `joint_positions` (7,) [rad]."""
        self.restore(Motion(np.array(joint_positions), [0.0] * JOINTS, [0.0] * JOINTS))

    def save(self) -> Motion:
        """Return the present motion, for `restore`."""
        return Motion(self._positions, self._input.current_velocity, self._input.current_acceleration)

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
        behind = joint_positions - joint_velocities * duration - self._positions
        catching_up = np.minimum(GAIN * np.abs(behind), np.sqrt(BRAKING_SHARE * self._acceleration * np.abs(behind)))
        return self._advance(joint_velocities + np.copysign(catching_up, behind), duration)

    def brake(self, duration: float) -> Array:
        """Move for `duration` [s] so as to stand still as soon as the limits allow."""
        return self._advance(np.zeros(JOINTS), duration)

    def _advance(self, velocities: Array, duration: float) -> Array:
        if not np.isfinite(velocities).all():
            raise LimiterError(f"no bounded motion at {velocities.tolist()} rad/s")
        self._input.target_velocity = np.clip(velocities, -self._velocity, self._velocity).tolist()
        self._trajectory.delta_time = duration
        try:
            result = self._trajectory.update(self._input, self._output)
        except RuckigError as error:
            raise LimiterError(f"no bounded motion at {self._input.target_velocity} rad/s: {error}") from error
        if result not in (Result.Working, Result.Finished):
            raise LimiterError(f"no bounded motion at {self._input.target_velocity} rad/s: {result.name}")
        self._output.pass_to_input(self._input)
        self._positions = np.array(self._output.new_position)
        return self._positions
