"""The one place that decides whether a joint target reaches the robot, and the only caller of `send`."""

import math
from typing import Protocol

import numpy as np

from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.limiter import JointLimiter, LimiterError
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, JointTarget, Pose, RobotState

ROUNDING = 1.0 + 1e-6


class Sender(Protocol):
    """What the gate needs of a robot."""

    def send(self, target: JointTarget) -> JointTarget:
        """Move towards `target` and return what was really sent, or raise a RobotError."""
        ...


class Gate:
    """Limits the motion of the target, checks each against the robot's description and sends it.

    Not a certified safety function: it guards against software, not against hardware.
    """

    def __init__(
        self, description: RobotDescription, kinematics: Kinematics, settings: FollowerSettings, sender: Sender
    ) -> None:
        """Guard `sender` with the limits of `description`."""
        limits = description.limits
        self._description, self._kinematics, self._settings, self._sender = description, kinematics, settings, sender
        self._lower, self._upper = np.array(limits.lower), np.array(limits.upper)
        self._velocity = np.array(limits.velocity)
        self._box_lower, self._box_upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
        self._limiter = JointLimiter(limits, settings)
        self._width = 0.0
        self.stopped: Stop | None = None

    @property
    def positions(self) -> Array:
        """The joint positions last told to the robot (7,) [rad]."""
        return self._limiter.positions

    @property
    def width(self) -> float:
        """The gripper width last told to the robot [m]."""
        return self._width

    def stop(self, name: str, reason: str) -> Stop:
        """Latch a Stop; the first reason stays."""
        self.stopped = self.stopped or Stop(name, reason)
        return self.stopped

    def release(self) -> None:
        """Forget the Stop."""
        self.stopped = None

    def start_from(self, state: RobotState) -> None:
        """Stand still where `state` says the robot is."""
        self._limiter.reset(state.joint_positions)
        self._width = self._clip_width(state.gripper_width)

    def admit(self, state: RobotState, age_ns: int) -> Hold | Stop | None:
        """Return why `state` does not allow a command, or None."""
        if not (np.isfinite(state.joint_positions).all() and math.isfinite(state.gripper_width)):
            return self.stop("not_finite", "the robot's state is not finite")
        age = to_seconds(age_ns)
        if age > self._settings.maximum_state_silence:
            return self.stop("robot_frozen", f"the robot has not ticked for {age:.3f} s")
        if age > self._settings.maximum_state_age:
            # The robot holds its last target: from there it will go on.
            self._limiter.reset(self._limiter.positions)
            return Hold("state_old", f"the robot's state is {age:.3f} s old")
        error = np.abs(state.joint_positions - self._limiter.positions)
        worst = int(error.argmax())
        if error[worst] > self._settings.maximum_tracking_error:
            return self.stop("tracking", f"joint {worst + 1} is {error[worst]:.2f} rad from its target")
        return None

    def follow(self, now_ns: int, duration: float, target: Pose, step: JointStep, width: float) -> Verdict:
        """Send the next joint target on the way of `step`, which leads to `target`, or brake."""
        if not (np.isfinite(step.positions).all() and np.isfinite(step.velocities).all() and math.isfinite(width)):
            return self.stop("not_finite", "the inverse kinematics are not finite")
        asked = self._strays(target.position)
        if asked > 0.0 and asked >= self._strays_at(self._limiter.positions):
            return self.brake(now_ns, duration, "workspace", self._where(target.position, "the policy asks for"))
        before = self._limiter.save()
        try:
            positions = self._limiter.follow(step.positions, step.velocities, duration)
        except LimiterError as error:
            return self.stop("motion", str(error))
        point = self._kinematics.forward(positions).position
        stray = self._strays(point)
        if stray > self._settings.workspace_tolerance and stray > self._strays_at(before.positions):
            self._limiter.restore(before)
            return self.brake(now_ns, duration, "workspace", self._where(point, "the arm would reach"))
        self._width = self._clip_width(width)
        return self._send(now_ns, duration, before.positions, "", "")

    def brake(self, now_ns: int, duration: float, name: str, reason: str) -> Verdict:
        """Send targets that come to rest within the limits; at rest, hold."""
        if self._limiter.at_rest:
            return Hold(name, reason)
        before = self._limiter.positions
        try:
            self._limiter.brake(duration)
        except LimiterError as error:
            return self.stop("motion", str(error))
        return self._send(now_ns, duration, before, name, reason)

    def _send(self, now_ns: int, duration: float, before: Array, name: str, reason: str) -> Verdict:
        positions = self._limiter.positions
        complaint = self._complaint(positions, before, duration)
        if complaint:
            self._limiter.reset(before)
            return self.stop("target", complaint)
        target = JointTarget(now_ns, positions, self._width)
        try:
            sent = self._sender.send(target)
        except RobotError as error:
            return self.stop("robot_refused", f"the robot did not take the target: {error}")
        return Command(sent, name, reason)

    def _complaint(self, positions: Array, before: Array, duration: float) -> str:
        """Return what must not be sent whatever came before; none of it happens unless a limit above failed."""
        if not np.isfinite(positions).all():
            return "the target is not finite"
        outside = np.maximum(self._lower - positions, positions - self._upper)
        worst = int(outside.argmax())
        if outside[worst] > 0.0 and outside[worst] > self._outside(before)[worst]:
            return f"joint {worst + 1} would leave its limits by {outside[worst]:.3f} rad"
        speed = np.abs(positions - before) / duration
        fastest = int((speed / self._velocity).argmax())
        if speed[fastest] > ROUNDING * self._velocity[fastest]:
            return f"joint {fastest + 1} would move at {speed[fastest]:.2f} rad/s"
        point = self._kinematics.forward(positions).position
        stray = self._strays(point)
        if stray > self._settings.workspace_tolerance and stray > self._strays_at(before):
            return self._where(point, "even braking, the arm would reach")
        return ""

    def _outside(self, positions: Array) -> Array:
        return np.maximum(self._lower - positions, positions - self._upper)

    def _strays_at(self, positions: Array) -> float:
        return self._strays(self._kinematics.forward(positions).position)

    def _strays(self, point: Array) -> float:
        """Return how far `point` is outside the workspace [m]; 0 inside."""
        return float(max((self._box_lower - point).max(), (point - self._box_upper).max(), 0.0))

    def _where(self, point: Array, who: str) -> str:
        spot = ", ".join(f"{value:.3f}" for value in point)
        return f"workspace: {who} ({spot}) m, outside {self._description.workspace}"

    def _clip_width(self, width: float) -> float:
        gripper = self._description.gripper
        return min(max(width, gripper.closed_width), gripper.maximum_width)
