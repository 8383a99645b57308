"""Moves a robot through wiggles as the bridge would: the same follower, gate and limits, the same rules of arming."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from diffpol_ros.calibrate.clock_offset import Poll
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.wiggling import WiggleShape
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Stop
from diffpol_ros.core.clock import Clock, to_ns, to_seconds
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import ActionChunk, Array, RobotState
from diffpol_ros.robots.base import Robot, RobotTaken

WAYPOINT_S = 0.02
START_S = 0.1
SETTLE_S = 0.7
SOFT_START_S = 1.5


@dataclass(frozen=True, eq=False)
class Step:
    """What one step read and sent at `stamp_ns` [ns].

    joints: (7,) measured [rad]. sent: (7,) [rad], None where nothing was. trouble: why the target was not followed.
    """

    poll: Poll
    joints: Array
    stamp_ns: int
    sent: Array | None
    trouble: str


class BrokenOff(Refusal):
    """One wiggle that the gate did not let happen as it was asked for."""


class LatencyDrive:
    """Wiggles the hand of one robot; as a context it ends with the arm held where it is."""

    def __init__(
        self,
        robot: Robot,
        description: RobotDescription,
        settings: FollowerSettings,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Drive `robot`; nothing is connected yet."""
        self.robot, self._description = robot, description
        self._follower = Follower(description, robot, settings)
        self.kinematics = self._follower.kinematics
        self._clock, self._sleep = clock or AnchoredClock(), sleep
        self._controlled = False

    def __enter__(self) -> "LatencyDrive":
        """Begin; the robot does not move."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the controller, so that the robot holds, and hang up."""
        self._follower.stop("asked", "the measurement ended")
        try:
            if self._controlled:
                self.robot.stop()
        except RobotError:
            # A robot that is lost holds by itself, and what lost it is told already.
            if kind is None:
                raise
        finally:
            self.robot.close()

    def check(self, amplitude: float) -> None:
        """Reach the robot; raise where the arm must not be enabled, or where there is no room for the wiggles."""
        self.robot.connect()
        state = self.robot.state()
        self._follower.require_armable(self._clock.now_ns(), state)
        box, point = self._description.workspace, self.kinematics.forward(state.joint_positions).position
        room = np.minimum(point - box.lower, box.upper - point)
        if room.min() < amplitude:
            spot = ", ".join(f"{value:.3f}" for value in point)
            raise Refusal(
                f"the hand is at ({spot}) m, {1e3 * room.min():.0f} mm from the edge of its workspace, and wiggles by "
                f"{1e3 * amplitude:.0f} mm: move it inwards by hand, or give a smaller --amplitude"
            )

    def start(self) -> None:
        """Let the robot hold where it is under its controller, and wait until that has its full stiffness."""
        self._controlled = True
        try:
            self.robot.start_controller()
        except RobotTaken:
            # What another client moves is not ended here.
            self._controlled = False
            raise
        state = self.robot.state()
        self._follower.enable(self._clock.now_ns(), state)
        self._home = self.kinematics.forward(state.joint_positions)
        self._width = state.gripper_width
        self._steps(SOFT_START_S)

    def wiggle(self, shape: WiggleShape, axis: Array) -> list[Step]:
        """Move the hand along `axis` (3,) and return all steps; raises where the gate did not let it."""
        chunk = self._chunk(shape, axis, self.robot.state())
        refusal = self._follower.accept(chunk, self._clock.now_ns())
        if refusal is not None:
            raise Refusal(f"the wiggle was refused: {refusal.reason}")
        steps, late = self._steps(START_S + shape.duration + SETTLE_S)
        trouble = next((step.trouble for step in steps if step.trouble), late)
        if trouble:
            raise BrokenOff(f"a wiggle was broken off: {trouble}")
        if all(step.sent is None for step in steps):
            # Dropped without another word: its observation was from before the end of a short hold.
            raise BrokenOff("a wiggle was not begun: the arm was held just before")
        return steps

    def _chunk(self, shape: WiggleShape, axis: Array, state: RobotState) -> ActionChunk:
        times = shape.times(WAYPOINT_S)
        start_ns = self._clock.now_ns() + to_ns(START_S)
        positions = self._home.position + shape.displacements(times)[:, None] * axis
        return ActionChunk(
            observation_stamp_ns=state.stamp_ns,
            stamps_ns=tuple(start_ns + to_ns(float(time)) for time in times),
            positions=positions,
            quaternions=np.tile(self._home.quaternion, (len(times), 1)),
            gripper_widths=np.full(len(times), self._width),
        )

    def _steps(self, duration: float) -> tuple[list[Step], str]:
        """Return the steps of the next `duration` [s], and why one is missing: the robot's answer came too late."""
        steps: list[Step] = []
        late = ""
        for _ in self._ticks(duration):
            try:
                steps.append(self._step())
            except RobotLate as error:
                late = str(error)
        return steps, late

    def _step(self) -> Step:
        asked_ns = self._clock.now_ns()
        state = self.robot.state()
        now_ns = self._clock.now_ns()
        verdict = self._follower.step(now_ns, state)
        if isinstance(verdict, Stop):
            raise Refusal(f"the arm was stopped: {verdict.reason}")
        sent = verdict.target.joint_positions if isinstance(verdict, Command) else None
        trouble = "" if verdict.name in ("", "no_chunk", "chunk_ended") else verdict.reason
        return Step(Poll(asked_ns, now_ns, state.stamp_ns), state.joint_positions, now_ns, sent, trouble)

    def _ticks(self, duration: float) -> Iterator[int]:
        period_ns = to_ns(self._follower.settings.period)
        due_ns = self._clock.now_ns()
        for tick in range(to_ns(duration) // period_ns):
            due_ns += period_ns
            self._sleep(max(0.0, to_seconds(due_ns - self._clock.now_ns())))
            yield tick
