"""The one place that decides whether a joint target reaches the robot, and the only caller of `send`."""

from typing import Protocol

from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.guards.age import StateAge
from diffpol_ros.control.guards.external_torque import ExternalTorque
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.guards.finite import find_not_finite, find_state_not_finite
from diffpol_ros.control.guards.motion import Motion
from diffpol_ros.control.guards.step_size import StepSize
from diffpol_ros.control.guards.stray import Stray
from diffpol_ros.control.guards.tracking import Tracking
from diffpol_ros.control.limiter import JointLimiter, LimiterError
from diffpol_ros.control.look_ahead import LookAhead
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, JointTarget, Pose, RobotState


class Sender(Protocol):
    """What the gate needs of a robot."""

    def send(self, target: JointTarget) -> JointTarget:
        """Move towards `target` and return what was really sent, or raise a RobotError."""
        ...


class Gate:
    """Asks the guards, limits the motion of the target and sends it.

    Not a certified safety function: it guards against software, not against hardware.
    """

    def __init__(self, description: RobotDescription, room: Room, settings: FollowerSettings, sender: Sender) -> None:
        """Guard `sender` with the limits of `description`; the arm stays within `room`."""
        self._gripper, self._sender, self._room = description.gripper, sender, room
        self._age = StateAge(settings.maximum_state_age, settings.maximum_state_silence)
        self._tracking = Tracking(description.safety.tracking)
        self._torque = ExternalTorque(description.safety.external_torque)
        self._step_size = StepSize(description.safety.tracking.step)
        self._motion = Motion(description.limits)
        self._limiter = JointLimiter(description.limits, settings)
        self._look_ahead = LookAhead(room.body, room.guards, settings.workspace_tolerance, self._limiter.limits)
        self._stray = Stray(room.body, room.places, settings.maximum_stray)
        self._measured = self._told = self._limiter.positions
        self._width = 0.0
        self._waiting = False
        self.stopped: Stop | None = None

    @property
    def positions(self) -> Array:
        """The joint positions last told to the robot (7,) [rad]."""
        return self._limiter.positions

    @property
    def width(self) -> float:
        """The gripper width last told to the robot [m]."""
        return self._width

    def near(self, velocities: Array) -> bool:
        """Return whether something may be in the way at joint `velocities` (7,) [rad/s] soon."""
        return self._look_ahead.near(velocities)

    def stop(self, name: str, reason: str) -> Stop:
        """Latch a Stop; the first reason stays."""
        self.stopped = self.stopped or Stop(name, reason)
        return self.stopped

    def release(self) -> None:
        """Forget the Stop."""
        self.stopped = None

    def start_from(self, state: RobotState) -> None:
        """Stand still where `state` says the robot is."""
        self._measured = self._told = state.joint_positions
        self._limiter.reset(state.joint_positions)
        self._look_ahead.start(state.joint_positions)
        self._stray.start(state.joint_positions)
        self._width = self._clip_width(state.gripper_width)
        self._tracking.reset()
        self._torque.reset()
        self._waiting = False
        self.stand()

    def stand(self) -> None:
        """Take it that the target has stood still for a while."""
        self._limiter.reset(self._limiter.positions)
        self._motion.stand(self._limiter.positions)

    def admit(self, now_ns: int, state: RobotState, age_ns: int) -> Finding | Stop | None:
        """Return what of `state` forbids to follow (a Finding), or to move at all (a Stop, latched), or None."""
        broken = find_state_not_finite(state)
        if broken is not None:
            return self.stop(broken.name, broken.reason)
        old = self._age.judge(to_seconds(age_ns))
        if old is not None:
            return self.stop(old.name, old.reason) if isinstance(old, Stop) else old
        self._measured = state.joint_positions
        wrong = self._tracking.judge(now_ns, self._measured, self._told) or self._torque.judge(
            now_ns, state.external_torques
        )
        if wrong is not None:
            return self.stop(wrong.name, wrong.reason)
        return self._stray.judge(self._measured)

    def follow(self, now_ns: int, duration: float, target: Pose, step: JointStep, width: float) -> Verdict:
        """Send the next joint target on the way of `step`, which leads to `target`, or brake."""
        broken = find_not_finite("the inverse kinematics are", step.positions, step.velocities, width)
        if broken is not None:
            return self.stop(broken.name, broken.reason)
        asked = self._room.refuses(target.position, self._limiter.positions)
        if asked is not None:
            return self.brake(now_ns, duration, asked.name, asked.reason)
        before = self._limiter.save()
        try:
            self._limiter.follow(step.positions, step.velocities, duration)
        except LimiterError as error:
            return self.stop("motion", str(error))
        found = self._step_size.judge(self._measured, before.positions, self._limiter.positions)
        found = found or self._look_ahead.judge(self._limiter, before.positions)
        if found is not None:
            self._limiter.restore(before)
            return self.brake(now_ns, duration, found.name, found.reason)
        self._width = self._clip_width(width)
        return self._send(now_ns, duration, "", "")

    def brake(self, now_ns: int, duration: float, name: str, reason: str) -> Verdict:
        """Send targets that come to rest within the limits; at rest, hold."""
        if self._limiter.at_rest:
            return Hold(name, reason)
        try:
            self._limiter.brake(duration)
        except LimiterError as error:
            return self.stop("motion", str(error))
        return self._send(now_ns, duration, name, reason)

    def _send(self, now_ns: int, duration: float, name: str, reason: str) -> Verdict:
        if self.stopped is not None:
            return self.stopped
        positions = self._limiter.positions
        wrong = find_not_finite("the target is", positions) or self._motion.judge(positions, duration)
        if wrong is not None:
            return self.stop(wrong.name, wrong.reason)
        try:
            sent = self._sender.send(JointTarget(now_ns, positions, self._width))
        except RobotLate as error:
            return self._wait(str(error))
        except RobotError as error:
            return self.stop(error.name, f"the robot did not take the target: {error}")
        self._waiting = False
        self._motion.remember(sent.joint_positions, duration)
        self._told = sent.joint_positions
        return Command(sent, name, reason)

    def _wait(self, reason: str) -> Hold | Stop:
        """Hold once for an overdue answer: the arm is at the last target or the one before; twice in turn is a loss."""
        if self._waiting:
            return self.stop(RobotLate.name, f"the robot did not answer twice: {reason}")
        self._waiting = True
        self.stand()
        return Hold("robot_late", reason)

    def _clip_width(self, width: float) -> float:
        return min(max(width, self._gripper.closed_width), self._gripper.maximum_width)
