"""One step of differential inverse kinematics: damped, within joint limits, with a posture for what is left free."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.control.kinematics import Kinematics, pose_error
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, Pose

TASK = 6
ACTIVE_SET_ROUNDS = 3
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


class DifferentialInverseKinematics:
    """Damped least squares with a nullspace posture; joints at their bound are taken out of the solve.

    Velocities are bounded so that each joint can still brake before its limit, and scaled together so that the tool
    keeps its direction when the target is too far or too fast.
    """

    def __init__(self, description: RobotDescription, kinematics: Kinematics, settings: FollowerSettings) -> None:
        """Take limits and posture from `description`."""
        limits = description.limits
        self._kinematics = kinematics
        self._lower = np.array(limits.lower) + settings.joint_margin
        self._upper = np.array(limits.upper) - settings.joint_margin
        self._velocity = settings.velocity_scale * np.array(limits.velocity)
        # Half of it: the limiter that follows also needs time to build up its deceleration.
        self._braking = settings.acceleration_scale * np.array(limits.acceleration)
        self._posture = description.home_positions
        self._gain = settings.posture_gain
        self._damping = settings.damping**2 * np.eye(TASK)

    def step(self, joint_positions: Array, target: Pose, duration: float) -> JointStep:
        """Return the step of `duration` [s] from `joint_positions` (7,) [rad] towards `target`."""
        pose, jacobian = self._kinematics.forward_and_jacobian(joint_positions)
        error = pose_error(target, pose)
        # A target out of reach pulls the arm into a singularity, and from its far side the arm would come back with
        # the elbow against its limit: far errors are damped more, so that the posture keeps the arm on this side.
        damping = self._damping + min(_length(error), FAR) ** 2 * np.eye(TASK)
        bounds = self._velocity_bounds(joint_positions, duration)
        velocities = self._solve(jacobian, _slow(error / duration), joint_positions, bounds, damping)
        return JointStep(joint_positions + velocities * duration, velocities, jacobian @ velocities)

    def _velocity_bounds(self, joints: Array, duration: float) -> tuple[Array, Array]:
        above, below = np.maximum(self._upper - joints, 0.0), np.maximum(joints - self._lower, 0.0)
        upper = np.minimum(np.minimum(self._velocity, above / duration), np.sqrt(self._braking * above))
        lower = -np.minimum(np.minimum(self._velocity, below / duration), np.sqrt(self._braking * below))
        return lower, upper

    def _solve(
        self, jacobian: Array, wanted: Array, joints: Array, bounds: tuple[Array, Array], damping: Array
    ) -> Array:
        lower, upper = bounds
        posture = self._gain * (self._posture - joints)
        velocities = _damped(jacobian, wanted, posture, damping)
        scale = float(np.min(self._velocity / np.maximum(np.abs(velocities), 1e-9)))
        if scale < 1.0:
            wanted, velocities = scale * wanted, scale * velocities
        fixed = np.zeros(len(joints), dtype=bool)
        for _ in range(ACTIVE_SET_ROUNDS):
            beyond = (velocities < lower - 1e-9) | (velocities > upper + 1e-9)
            if not beyond.any():
                return velocities
            fixed |= beyond
            velocities = np.clip(velocities, lower, upper)
            rest = wanted - jacobian[:, fixed] @ velocities[fixed]
            velocities[~fixed] = _damped(jacobian[:, ~fixed], rest, posture[~fixed], damping)
        return np.clip(velocities, lower, upper)


def _damped(jacobian: Array, wanted: Array, posture: Array, damping: Array) -> Array:
    missing = np.linalg.solve(jacobian @ jacobian.T + damping, wanted - jacobian @ posture)
    return posture + jacobian.T @ missing


def _slow(twist: Array) -> Array:
    return twist / max(_length(twist[:3]) / FASTEST_TRANSLATION, _length(twist[3:]) / FASTEST_ROTATION, 1.0)


def _length(vector: Array) -> float:
    return float(vector @ vector) ** 0.5
