"""An FR3 and its hand over libfranka; the 1 kHz loop that follows the targets is franky's, in native code."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock, to_seconds
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import ControllerStopped, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.libfranka.arm import Arm, Reading
from diffpol_ros.robots.libfranka.connection import Connection, let_go, open_connection, require_control, try_to_stop
from diffpol_ros.robots.libfranka.deadlines import Deadlines
from diffpol_ros.robots.libfranka.errand import Errand
from diffpol_ros.robots.libfranka.hand import LibfrankaHand
from diffpol_ros.robots.libfranka.native import load_franky
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from diffpol_ros.robots.libfranka.stamps import RobotTime

LONGEST_LOOK_SECONDS = 0.05
OVERTAKEN_MS = 1000


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
        self._newest: Reading | None = None
        self._stood_s, self._looked_ns = 0.0, 0
        self._starting: object = None
        self._broken = self._closed = False

    @property
    def hand(self) -> LibfrankaHand:
        """The gripper."""
        return self._hand

    def connect(self) -> None:
        """Reach arm and hand and check that they are the described ones; harmless where they are reached."""
        if self._closed:
            raise RobotUnreachable(f"the robot at {self._settings.host} was closed: make another")
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
        arm, self._starting = self._require_connection().arm, object()
        self._read()
        self._hand.forget_target()
        with self._stopped_by_errors():
            Errand("starting the controller", partial(self._start, arm, self._starting)).result(self._deadlines.start)
        self._why_stopped = ""

    def send(self, target: JointTarget) -> JointTarget:
        """Move the controller's target, kept within the joint limits, and the fingers."""
        arm = self._require_following()
        if not np.isfinite([*target.joint_positions, target.gripper_width]).all():
            raise RobotError(f"the target is {target.joint_positions} rad, {target.gripper_width} m: expected finite")
        positions = np.clip(target.joint_positions, self._limits.lower, self._limits.upper)
        with self._stopped_by_errors():
            require_control(arm)
            arm.aim(positions)
        return JointTarget(target.stamp_ns, positions, self._hand.goto(target.gripper_width))

    def stop(self) -> None:
        """Bring the arm to rest by damping and leave it to its own controller; the fingers are ordered nothing more."""
        self._hand.forget_target()
        if self._why_stopped:
            try_to_stop(self._connection)
            return
        arm, self._why_stopped = self._require_connection().arm, "the controller was stopped"
        arm.begin_to_stop()
        self._read()
        arm.come_to_rest(self._deadlines.stop)

    def recover(self) -> None:
        """Let the robot clear its errors: libfranka's automatic error recovery, never called by anything else."""
        self.stop()
        arm = self._require_connection().arm
        Errand("recovering from errors", arm.recover).result(self._deadlines.recover)

    def close(self) -> None:
        """Come to rest and hang up for good; harmless when repeated."""
        self._why_stopped, self._closed = "the connection was closed", True
        self._hand.close()
        connection, self._connection, self._connecting = self._connection, None, None
        if connection is not None:
            let_go(connection, self._deadlines.stop)

    def _start(self, arm: Arm, wanted: object) -> None:
        arm.come_to_rest(self._deadlines.stop)
        arm.require_ready(arm.read())
        arm.configure()
        if self._starting is wanted:
            arm.follow(arm.read().positions)
        if self._starting is not wanted:  # whoever asked has given up meanwhile
            arm.begin_to_stop()

    def _read(self) -> Reading:
        connection = self._require_connection()
        with self._stopped_by_errors():
            if not self._why_stopped:
                require_control(connection.arm)
            reading = connection.reader.newest() if self._why_stopped else connection.arm.read()
            self._newest = self._check_progress(connection.arm, reading)
        return self._newest

    def _require_following(self) -> Arm:
        if self._why_stopped:
            raise ControllerStopped(f"the robot at {self._settings.host}: {self._why_stopped}: enable first")
        return self._require_connection().arm

    @contextmanager
    def _stopped_by_errors(self) -> Iterator[None]:
        """After an error nothing is followed any more, until the next start."""
        try:
            yield
        except RobotError as error:
            if not self._why_stopped:
                self._why_stopped = str(error)
                # Franky's own loop would follow the last target for ever.
                try_to_stop(self._connection)
            self._broken = self._broken or isinstance(error, RobotUnreachable)
            self._starting = None
            self._hand.forget_target()
            raise

    def _check_progress(self, arm: Arm, reading: Reading) -> Reading:
        """Return `reading`, or the last one where that overtook it; RobotFrozen where it has stood too long."""
        now_ns, last = self._clock.now_ns(), self._newest
        if last is None or not 0 <= last.time_ms - reading.time_ms < OVERTAKEN_MS:
            self._looked_ns, self._stood_s = now_ns, 0.0
            return reading
        # Only what was looked at counts: where this process itself stood still, the robot did not.
        self._stood_s += min(to_seconds(now_ns - self._looked_ns), LONGEST_LOOK_SECONDS)
        self._looked_ns = now_ns
        if self._stood_s > self._deadlines.tick:
            raise RobotFrozen(f"{arm.where} has not ticked for {self._stood_s:.2f} s: see its control box and cable")
        return last

    def _require_connection(self) -> Connection:
        if self._connection is None:
            why = "was closed: make another" if self._closed else "is not connected: connect first"
            raise RobotUnreachable(f"the robot at {self._settings.host} {why}")
        return self._connection

    def _connect_arm(self) -> None:
        previous, self._connection = self._connection, None
        if self._connecting is None:
            self._connecting = Errand(f"connecting to {self._settings.host}", partial(self._open, previous))
        try:
            self._connection = self._connecting.result(self._deadlines.connect)
        finally:
            if not self._connecting.running:
                self._connecting = None
        self._why_stopped = self._why_stopped or "the connection is new"
        self._newest, self._stood_s, self._broken = None, 0.0, False

    def _open(self, previous: Connection | None) -> Connection:
        if previous is not None:
            let_go(previous, self._deadlines.stop)
        connection = open_connection(self._settings, self._limits, lambda: bool(self._why_stopped))
        if self._closed:
            let_go(connection, self._deadlines.stop)
        return connection
