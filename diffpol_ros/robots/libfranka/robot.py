"""An FR3 and its hand over libfranka; the 1 kHz loop that follows the targets is franky's, in native code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock, to_seconds
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import ControllerStopped, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.libfranka.arm import Arm, Reading
from diffpol_ros.robots.libfranka.connection import Connection, let_go, open_connection, require_control
from diffpol_ros.robots.libfranka.errand import Errand
from diffpol_ros.robots.libfranka.hand import LibfrankaHand
from diffpol_ros.robots.libfranka.native import load_franky
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from diffpol_ros.robots.libfranka.stamps import RobotTime

LONGEST_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Deadlines:
    """How long things may take [s]: connecting, starting a controller, coming to rest, recovering, the next tick.

    A connection that takes longer goes on by itself, and the next `connect` takes it up.
    """

    connect: float = 1.0
    start: float = 5.0
    stop: float = 3.0
    recover: float = 15.0
    tick: float = 0.2


class LibfrankaRobot:
    """The arm and its hand; implements `Robot`."""

    def __init__(
        self,
        description: RobotDescription,
        settings: LibfrankaSettings,
        *,
        clock: Clock | None = None,
        wall: Clock | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Prepare to drive the robot of `description`; `clock` is a steady one, `wall` gives the stamps."""
        load_franky()
        self._settings, self._limits = settings, description.limits
        self._clock, self._deadlines = clock or SteadyClock(), deadlines or Deadlines()
        self._hand = LibfrankaHand(settings.host, description.gripper, self._clock, self._deadlines.connect)
        self._time = RobotTime(wall or SystemClock())
        self._connection: Connection | None = None
        self._connecting: Errand[Connection] | None = None
        self._why_stopped = "no controller was started"
        self._tick_ms, self._stood_s, self._looked_ns = -1, 0.0, 0
        self._broken = self._closed = False

    @property
    def hand(self) -> LibfrankaHand:
        """The gripper."""
        return self._hand

    def connect(self) -> None:
        """Reach arm and hand and check that they are the described ones; harmless where they are reached."""
        if self._connection is None or self._broken:
            self._connect_arm()
        self._hand.connect()
        self.state()

    def state(self) -> RobotState:
        """Return the newest tick; raises what ended the controller, once, and RobotFrozen where ticks end."""
        reading = self._read()
        return RobotState(
            stamp_ns=self._time.stamp_ns(reading.time_ms),
            joint_positions=reading.positions,
            joint_velocities=reading.velocities,
            external_torques=reading.external_torques,
            gripper_width=self._hand.width(),
        )

    def start_controller(self) -> None:
        """Follow targets from where the arm is, the stiffness growing from a tenth of what the settings say."""
        if not self._why_stopped:
            self.stop()
        arm = self._require_connection().arm
        self._read()
        self._hand.forget_target()
        Errand("starting the controller", lambda: self._start(arm)).result(self._deadlines.start)
        self._why_stopped = ""

    def send(self, target: JointTarget) -> JointTarget:
        """Move the controller's target, kept within the joint limits, and the fingers."""
        arm = self._require_following()
        if not np.isfinite([*target.joint_positions, target.gripper_width]).all():
            raise RobotError(f"the target is {target.joint_positions} rad, {target.gripper_width} m: expected finite")
        positions = np.clip(target.joint_positions, self._limits.lower, self._limits.upper)
        arm.aim(positions)
        return JointTarget(target.stamp_ns, positions, self._hand.goto(target.gripper_width))

    def stop(self) -> None:
        """Bring the arm to rest by damping and leave it to its own controller; harmless where nothing is followed."""
        if self._why_stopped:
            return
        arm, self._why_stopped = self._require_connection().arm, "the controller was stopped"
        arm.begin_to_stop()
        self._read()
        self._come_to_rest(arm)

    def _come_to_rest(self, arm: Arm) -> None:
        arm.begin_to_stop()
        if not arm.ended(self._deadlines.stop):
            raise RobotError(f"{arm.where} is not at rest {self._deadlines.stop} s after it was stopped: look at it")

    def recover(self) -> None:
        """Let the robot clear its errors: libfranka's automatic error recovery, never called by anything else."""
        self.stop()
        arm = self._require_connection().arm
        Errand("recovering from errors", arm.recover).result(self._deadlines.recover)

    def close(self) -> None:
        """Come to rest and hang up; harmless when repeated."""
        self._hand.close()
        connection, self._connection, self._connecting = self._connection, None, None
        if connection is not None:
            let_go(connection, self._deadlines.stop)
        self._why_stopped, self._closed = "the connection was closed", True

    def _start(self, arm: Arm) -> None:
        self._come_to_rest(arm)
        reading = arm.read()
        arm.require_ready(reading)
        arm.configure()
        arm.follow(reading.positions)

    def _read(self) -> Reading:
        connection = self._require_connection()
        with self._stopped_by_errors():
            if not self._why_stopped:
                require_control(connection.arm)
            reading = connection.reader.newest() if self._why_stopped else connection.arm.read()
            self._check_progress(connection.arm, reading.time_ms)
        return reading

    def _require_following(self) -> Arm:
        if self._why_stopped:
            raise ControllerStopped(f"the robot at {self._settings.host}: {self._why_stopped}: enable first")
        arm = self._require_connection().arm
        with self._stopped_by_errors():
            require_control(arm)
        return arm

    @contextmanager
    def _stopped_by_errors(self) -> Iterator[None]:
        """After an error nothing is followed any more, until the next start."""
        try:
            yield
        except RobotError as error:
            self._why_stopped = self._why_stopped or str(error)
            self._broken = self._broken or isinstance(error, RobotUnreachable)
            raise

    def _check_progress(self, arm: Arm, tick_ms: int) -> None:
        now_ns = self._clock.now_ns()
        if tick_ms != self._tick_ms:
            self._tick_ms, self._stood_s = tick_ms, 0.0
        else:
            # Only what was looked at counts: where this process itself stood still, the robot did not.
            self._stood_s += min(to_seconds(now_ns - self._looked_ns), LONGEST_LOOK_SECONDS)
        self._looked_ns = now_ns
        if self._stood_s > self._deadlines.tick:
            if not self._why_stopped:
                # Should it tick again, it comes to rest instead of following an old target.
                arm.begin_to_stop()
            raise RobotFrozen(f"{arm.where} has not ticked for {self._stood_s:.2f} s: see its control box and cable")

    def _require_connection(self) -> Connection:
        if self._connection is None:
            why = "was closed" if self._closed else "is not connected"
            raise RobotUnreachable(f"the robot at {self._settings.host} {why}: connect first")
        return self._connection

    def _opening(self, previous: Connection | None) -> Callable[[], Connection]:
        return lambda: open_connection(self._settings, self._limits, previous, self._deadlines.stop)

    def _connect_arm(self) -> None:
        previous, self._connection = self._connection, None
        if self._connecting is None:
            self._connecting = Errand(f"connecting to {self._settings.host}", self._opening(previous))
        try:
            self._connection = self._connecting.result(self._deadlines.connect)
        finally:
            if not self._connecting.running:
                self._connecting = None
        self._why_stopped = self._why_stopped or "the connection is new"
        self._tick_ms, self._stood_s, self._broken = -1, 0.0, False
