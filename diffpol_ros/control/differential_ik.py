"""One step of differential inverse kinematics: damped, within joint limits, with a posture for what is left free."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.control.bounded_solve import Task, bounded, unbounded
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.control.way_out import WayOut
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, Pose

FASTEST_TRANSLATION = 1.5
FASTEST_ROTATION = 5.0
FAR = 0.1


@dataclass(frozen=True, eq=False)
class JointStep:
    """Where the joints go next.

    positions: (7,) [rad] after the step. velocities: (7,) [rad/s] during it. twist: (6,) of the tool centre point
    [m/s, rad/s].
    """

    positions: Array
    velocities: Array
    twist: Array


@dataclass(frozen=True, eq=False)
class Solution:
    """What one solve gives.

    velocities: (7,) [rad/s]. jacobian: (6, 7). missing: length of the error [m, rad]. progress: how much of the twist
    that was wanted the velocities give; 1 is all, 0 or less where the arm is blocked.
    """

    velocities: Array
    jacobian: Array
    missing: float
    progress: float


class DifferentialInverseKinematics:
    """Damped least squares with a nullspace posture; joints at their bound are taken out of the solve.

    Velocities are bounded so that each joint can still brake before its limit, and scaled together so that the tool
    keeps its direction when the target is too far or too fast. Where a target that can be reached cannot be reached
    from this side of a limit, the way out leads around it.
    """

    def __init__(self, description: RobotDescription, kinematics: Kinematics, settings: FollowerSettings) -> None:
        """Take limits and posture from `description`."""
        limits = description.limits
        self._kinematics = kinematics
        self._lower = np.array(limits.lower) + settings.joint_margin
        self._upper = np.array(limits.upper) - settings.joint_margin
        self._bounds = VelocityBounds(limits, settings.velocity_scale)
        # Half of it: the limiter that follows also needs time to build up its deceleration.
        self._braking = settings.acceleration_scale * np.array(limits.acceleration)
        self._posture = description.home_positions
        self._gain = settings.posture_gain
        self._damping = settings.damping**2
        ends = (self._lower, self._upper)
        speed = settings.reconfiguration_speed
        self._way_out = WayOut(self._leap, self._posture, ends, self._bounds.greatest, speed)

    def step(self, joint_positions: Array, target: Pose, duration: float) -> JointStep:
        """Return the step of `duration` [s] from `joint_positions` (7,) [rad] towards `target`."""
        lower, upper = self._braking_bounds(joint_positions, duration)
        solution = self.solve(joint_positions, target, duration, lower, upper)
        velocities = solution.velocities
        led = self._way_out.velocities(joint_positions, target, solution, duration)
        if led is not None:
            velocities = np.minimum(np.maximum(led, lower), upper)
        return JointStep(joint_positions + velocities * duration, velocities, solution.jacobian @ velocities)

    def reset(self) -> None:
        """Forget that the arm was blocked, as when it is enabled."""
        self._way_out.reset()

    def solve(self, joints: Array, target: Pose, duration: float, lower: Array, upper: Array) -> Solution:
        """Return velocities within `lower` and `upper` (7,) [rad/s] that go for `target` from `joints` (7,) [rad]."""
        tool = self._kinematics.tool_frame(joints.tolist())
        jacobian, error = tool.jacobian(), tool.missing(target)
        translation, rotation = _length(error[:3]), _length(error[3:])
        pace = max(translation / FASTEST_TRANSLATION, rotation / FASTEST_ROTATION, duration)
        missing = (translation * translation + rotation * rotation) ** 0.5
        # A target out of reach pulls the arm into a singularity, and from its far side the arm would come back with
        # the elbow against its limit: far errors are damped more, so that the posture keeps the arm on this side.
        far = min(missing, FAR) ** 2
        task = Task(jacobian, np.array(error) / pace, self._gain * (self._posture - joints), self._damping, far)
        velocities = unbounded(task)
        excess = float((np.abs(velocities) / self._bounds.greatest).max())
        if excess > 1.0:
            velocities, task = velocities / excess, task.scaled(1.0 / excess)
        velocities = bounded(velocities, task, lower, upper)
        wanted = float(task.twist @ task.twist)
        progress = float(task.twist @ (jacobian @ velocities)) / wanted if wanted > 0.0 else 1.0
        return Solution(velocities, jacobian, missing, progress)

    def _leap(self, joints: Array, target: Pose, duration: float) -> tuple[Array, float]:
        """Return joints after a step that need not be able to brake, and what was missing before it."""
        greatest = self._bounds.greatest
        lower = np.maximum((self._lower - joints) / duration, -greatest)
        upper = np.minimum((self._upper - joints) / duration, greatest)
        solution = self.solve(joints, target, duration, lower, upper)
        return joints + duration * solution.velocities, solution.missing

    def _braking_bounds(self, joints: Array, duration: float) -> tuple[Array, Array]:
        lowest, highest = self._bounds.at(joints)
        above, below = np.maximum(self._upper - joints, 0.0), np.maximum(joints - self._lower, 0.0)
        upper = np.minimum(np.minimum(highest, above / duration), np.sqrt(self._braking * above))
        lower = np.maximum(np.maximum(lowest, -below / duration), -np.sqrt(self._braking * below))
        return lower, upper


def _length(vector: tuple[float, ...]) -> float:
    x, y, z = vector
    return (x * x + y * y + z * z) ** 0.5
