"""The bridge without ROS: chunks and robot states in, verdicts out."""

from collections import Counter
from dataclasses import replace

import numpy as np

from diffpol_ros.control.arming import Arming
from diffpol_ros.control.arming import ArmingError as ArmingError
from diffpol_ros.control.braking import within_braking_time
from diffpol_ros.control.chunk_check import NEVER_NS, Refusal
from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.gate import Gate, Sender
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.interpolation import Waypoint
from diffpol_ros.control.inverse_kinematics import make_inverse_kinematics
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.plan import IDLE, Plan
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.sliding import Sliding
from diffpol_ros.control.state_watch import StateWatch
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.control.verdict import counter_of as counter_of
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import ActionChunk, RobotState


class Follower:
    """Follows the newest chunk: interpolation, differential inverse kinematics, gate.

    Deterministic: all times come with the calls, in [ns] of one clock that never jumps and that the chunks' stamps
    share. Life: `enable` → `step`, `accept` … → Stop → `reset` → `enable`.
    """

    def __init__(self, description: RobotDescription, sender: Sender, settings: FollowerSettings | None = None) -> None:
        """Drive `sender` as the robot of `description`, disabled."""
        self.settings = settings or FollowerSettings()
        if self.settings.keep_outs:
            description = description.with_keep_outs(self.settings.keep_outs)
        description = replace(description, limits=within_braking_time(description.limits, self.settings))
        self.kinematics = Kinematics(description)
        self.counts: Counter[str] = Counter()
        room = Room(description)
        self._inverse = make_inverse_kinematics(description, self.kinematics, self.settings)
        self._sliding = Sliding(
            room, self.kinematics, self.settings.velocity_scale * np.array(description.limits.velocity)
        )
        self._gate = Gate(description, room, self.settings, sender)
        self._arming = Arming(description, room.body, self.settings)
        self._plan = Plan(description.gripper, self.settings)
        self._watch = StateWatch()
        self._disarm()

    def _disarm(self) -> None:
        self._enabled = False
        self._inverse.reset()
        self._plan.begin(NEVER_NS)
        self._veto: Hold | Stop | None = None
        self._stepped_ns = 0
        self._joints = self._gate.positions
        self._twist = np.zeros(6)

    @property
    def last_refusal(self) -> Refusal | None:
        """Why the last chunk was refused, if it was."""
        return self._plan.refusal

    @property
    def enabled(self) -> bool:
        """Whether commands may be sent."""
        return self._enabled and self._gate.stopped is None

    @property
    def stopped(self) -> Stop | None:
        """The latched Stop, if any."""
        return self._gate.stopped

    def enable(self, now_ns: int, state: RobotState) -> None:
        """Let the arm follow chunks observed from now on, starting at `state`; ArmingError where it must not."""
        if self._gate.stopped is not None:
            raise ArmingError(f"stopped: {self._gate.stopped.reason}; look at the arm, then reset and enable")
        if self._enabled:
            return
        self.require_armable(now_ns, state)
        self._disarm()
        self._gate.start_from(state)
        self._joints = self._gate.positions
        self._plan.begin(state.stamp_ns)
        self._enabled, self._stepped_ns = True, now_ns

    def require_armable(self, now_ns: int, state: RobotState) -> None:
        """Raise ArmingError where an arm in `state` must not be enabled at `now_ns`."""
        try:
            self._arming.require(state, to_seconds(self._watch.observe(now_ns, state, self._enabled)))
        except ArmingError:
            self.counts["arming.refused"] += 1
            raise

    def stop(self, name: str, reason: str) -> Stop:
        """Latch a Stop."""
        self._disarm()
        return self._gate.stop(name, reason)

    def reset(self) -> None:
        """Forget Stop, chunk and what was seen of the robot: disabled, as new; counts stay."""
        self._gate.release()
        self._watch.forget()
        self._plan.refusal = None
        self._disarm()

    def accept(self, chunk: ActionChunk, now_ns: int) -> Refusal | None:
        """Follow `chunk` from now on, or return why not; a malformed one stops the arm."""
        refusal = self._judge(chunk, now_ns)
        self.counts["chunk." + (refusal.name if refusal else "accepted")] += 1
        if refusal is None:
            # The present waypoint is the one of the last step: joined later, the arm would pause between the two.
            present = Waypoint(self.kinematics.forward(self._joints), self._twist, self._gate.width)
            self._plan.follow(chunk, present, self._stepped_ns)
        elif refusal.malformed and self.enabled:
            self.stop(refusal.name, refusal.reason)
        self._plan.refusal = refusal
        return refusal

    def step(self, now_ns: int, state: RobotState, veto: Hold | Stop | None = None) -> Verdict:
        """Decide, and send where the gate lets it; to be called at the settings' rate.

        `veto` is what others know against moving: a Hold brakes and drops what was to be followed, a Stop latches.
        """
        self._veto = veto
        verdict = self._decide(now_ns, state, self._watch.observe(now_ns, state, self._enabled))
        self.counts[counter_of(verdict)] += 1
        if isinstance(verdict, Stop):
            self._disarm()
        elif isinstance(verdict, Hold) and verdict.name not in IDLE:
            self._plan.drop(now_ns, state.stamp_ns, verdict.name)
        return verdict

    def _judge(self, chunk: ActionChunk, now_ns: int) -> Refusal | None:
        if not self.enabled:
            return Refusal("disabled", "the arm is not enabled")
        if self._veto is not None:
            return Refusal("vetoed", f"the arm must not move: {self._veto.reason}")
        return self._plan.judge(chunk, now_ns, self.kinematics.forward(self._joints))

    def _decide(self, now_ns: int, state: RobotState, age_ns: int) -> Verdict:
        if self._gate.stopped is not None:
            return self._gate.stopped
        if not self._enabled:
            return Hold("not_enabled", "not enabled")
        if isinstance(self._veto, Stop):
            return self._gate.stop(self._veto.name, self._veto.reason)
        elapsed = to_seconds(now_ns - self._stepped_ns)
        if elapsed < 0.0:
            return self._gate.stop("clock", f"the clock went back by {-elapsed:.3f} s")
        self._stepped_ns = now_ns
        found = self._gate.admit(now_ns, state, age_ns)
        if isinstance(found, Stop):
            return found
        obstacle = found or self._veto
        if obstacle is not None or elapsed > self.settings.longest_absence:
            self._plan.drop(now_ns, state.stamp_ns, obstacle.name if obstacle else "robot_late")
        if elapsed == 0.0:
            return Hold("no_time", "no time has passed")
        duration = self._pace(elapsed)
        return self._brake(now_ns, duration, obstacle) if obstacle else self._move(now_ns, duration)

    def _move(self, now_ns: int, duration: float) -> Verdict:
        due = self._plan.sample(now_ns)
        if due is None:
            return self._brake(now_ns, duration, self._plan.waiting())
        target, width = due
        step = self._slide(self._inverse.step(self._joints, target, duration), duration)
        verdict = self._gate.follow(now_ns, duration, target, step, width)
        if isinstance(verdict, Command) and not verdict.reason:
            self._joints, self._twist = step.positions, step.twist
        else:
            self._stand()
        return verdict

    def _slide(self, step: JointStep, duration: float) -> JointStep:
        if not self._gate.near(step.velocities):
            return step
        slid, name = self._sliding.step(self._joints, step, duration)
        self.counts.update([f"slid.{name}"] if name else [])
        return slid

    def _brake(self, now_ns: int, duration: float, cause: Finding | Hold) -> Verdict:
        verdict = self._gate.brake(now_ns, duration, cause.name, cause.reason)
        self._stand()
        return verdict

    def _pace(self, elapsed: float) -> float:
        self.counts.update(["late"] if elapsed > self.settings.longest_step else [])
        if elapsed > self.settings.stall:
            self.counts["stalled"] += 1
            self._gate.stand()
            self._stand()
        return min(elapsed, self.settings.longest_step)

    def _stand(self) -> None:
        self._joints, self._twist = self._gate.positions, np.zeros(6)
