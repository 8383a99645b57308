"""Joint targets that a motor can follow: velocity, acceleration and jerk within limits at every step."""

import numpy as np
from ruckig import ControlInterface, InputParameter, OutputParameter, Result, Ruckig, RuckigError, Synchronization

from diffpol_ros.control.braking import Braking, Motion, MotionLimits, StoppingPath, motion_limits
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.stopping_room import StoppingRoom
from diffpol_ros.control.velocity_bounds import VelocityBounds
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
    would take a run-up, away from the target, whenever the target moves faster than the joint does. A joint that could
    not stop any more before the end of its range, or would come too fast to it, brakes instead: from the step before
    it could.
    """

    def __init__(self, limits: JointLimits, settings: FollowerSettings) -> None:
        """Allow the settings' shares of `limits`."""
        self._trajectory = Ruckig(JOINTS, settings.period)
        self._input, self._output = InputParameter(JOINTS), OutputParameter(JOINTS)
        self._limits = motion = motion_limits(limits, settings)
        self._acceleration = np.array(motion.accelerations)
        self._lower, self._upper = np.array(limits.lower), np.array(limits.upper)
        self._bounds = VelocityBounds(limits, settings.velocity_scale * LARGEST_SHARE)
        self._room = StoppingRoom(limits, motion, settings.velocity_scale)
        self._braking = Braking(limits, settings)
        self._input.control_interface = ControlInterface.Velocity
        self._input.max_velocity = motion.velocities
        self._input.max_acceleration = motion.accelerations
        self._input.max_jerk = motion.jerks
        self._input.synchronization = Synchronization.No
        self.reset(np.zeros(JOINTS))

    def reset(self, joint_positions: Array) -> None:
        """Stand still at `joint_positions` (7,) [rad]."""
        self.restore(Motion(np.array(joint_positions), [0.0] * JOINTS, [0.0] * JOINTS))

    def save(self) -> Motion:
        """Return the present motion, for `restore`."""
        return self._motion

    def restore(self, motion: Motion) -> None:
        """Go back to a motion that `save` returned."""
        self._motion = motion
        self._rest: Array | None = None

    @property
    def positions(self) -> Array:
        """The present target (7,) [rad]."""
        return self._motion.positions

    @property
    def limits(self) -> MotionLimits:
        """What the joints may do."""
        return self._limits

    @property
    def at_rest(self) -> bool:
        """Whether the target stands still."""
        moving = (*self._motion.velocities, *self._motion.accelerations)
        return max(moving) < AT_REST and min(moving) > -AT_REST

    @property
    def rest(self) -> Array:
        """Where the target would stand if it braked from now on (7,) [rad]."""
        if self._rest is None:
            self._rest = self._braking.rest(self._motion)
        return self._rest

    @property
    def stopping_path(self) -> StoppingPath:
        """The way on which it would come there."""
        return self._braking.path(self._motion)

    def follow(self, joint_positions: Array, joint_velocities: Array, duration: float) -> Array:
        """Move for `duration` [s] so as to pass `joint_positions` [rad] at `joint_velocities` [rad/s], all (7,)."""
        behind = joint_positions - joint_velocities * duration - self.positions
        catching_up = np.minimum(GAIN * np.abs(behind), np.sqrt(BRAKING_SHARE * self._acceleration * np.abs(behind)))
        wanted = self._slowed(joint_velocities + np.copysign(catching_up, behind))
        motion = self._ahead(wanted, duration)
        overrun = self._room.overrun(motion, self.rest.tolist())
        if overrun:
            wanted[overrun] = 0.0
            motion = self._ahead(wanted, duration)
        self.restore(motion)
        return motion.positions

    def brake(self, duration: float) -> Array:
        """Move for `duration` [s] so as to stand still as soon as the limits allow."""
        self.restore(self._ahead(np.zeros(JOINTS), duration))
        return self.positions

    def _slowed(self, velocities: Array) -> Array:
        """Return `velocities` as far as they leave time to slow down gently before the ends of the joints' ranges."""
        lowest, highest = self._bounds.at(self.positions)
        gentle = 2.0 * BRAKING_SHARE * self._acceleration
        below = np.sqrt(gentle * np.maximum(self.positions - self._lower, 0.0))
        above = np.sqrt(gentle * np.maximum(self._upper - self.positions, 0.0))
        return np.minimum(np.maximum(velocities, np.maximum(lowest, -below)), np.minimum(highest, above))

    def _ahead(self, velocities: Array, duration: float) -> Motion:
        """Return the motion `duration` [s] later on the way to `velocities` (7,) [rad/s]."""
        if not np.isfinite(velocities).all():
            raise LimiterError(f"no bounded motion at {velocities.tolist()} rad/s")
        self._input.current_position = self._motion.positions.tolist()
        self._input.current_velocity, self._input.current_acceleration = (
            self._motion.velocities,
            self._motion.accelerations,
        )
        self._input.target_velocity = velocities.tolist()
        self._trajectory.delta_time = duration
        try:
            result = self._trajectory.update(self._input, self._output)
        except RuckigError as error:
            raise LimiterError(f"no bounded motion at {self._input.target_velocity} rad/s: {error}") from error
        if result not in (Result.Working, Result.Finished):
            raise LimiterError(f"no bounded motion at {self._input.target_velocity} rad/s: {result.name}")
        output = self._output
        return Motion(np.array(output.new_position), output.new_velocity, output.new_acceleration)
