"""A Franka behind a Polymetis server, as a plain gRPC client: any Python, no torch."""

import contextlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffpol_ros.core.clock import Clock, SteadyClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import ControllerStopped, Hand, NeedsRecovery, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.polymetis.channel import Deadlines, LateAnswer, PolymetisChannel
from diffpol_ros.robots.polymetis.checks import joint_numbers, require_expected_robot, require_free
from diffpol_ros.robots.polymetis.gripper import PolymetisGripper
from diffpol_ros.robots.polymetis.messages import CONTROLLER_METHODS, ControllerChunk, Empty, chunks_of, stamp_of
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers
from diffpol_ros.robots.polymetis.ticking import Ticking


class PolymetisRobot:
    """The arm and its gripper; implements `Robot`."""

    def __init__(
        self,
        description: RobotDescription,
        settings: PolymetisSettings,
        *,
        clock: Clock | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Prepare to drive the robot of `description`, reached as `settings` say; `clock` is a steady one."""
        clock = clock or SteadyClock()
        self._deadlines = deadlines or Deadlines()
        self._limits = description.limits
        self._controllers = StoredControllers(settings, description.limits)
        self._stiffness_scale = settings.stiffness_scale
        self._channel = PolymetisChannel(f"{settings.host}:{settings.port}", CONTROLLER_METHODS, "the Polymetis server")
        self._gripper = PolymetisGripper(
            f"{settings.gripper_host or settings.host}:{settings.gripper_port}",
            description.gripper,
            clock,
            self._deadlines,
        )
        self._ticking = Ticking(clock)
        self._newest: RobotState | None = None
        self._why_stopped = "no controller was started"
        self._left_running = False

    def connect(self) -> None:
        """Reach arm and gripper anew, check that they are the expected ones, and end a controller that was left."""
        self._newest = None
        self._stand_down("the connection was made anew")
        self._channel.open()
        metadata = self._channel.call("GetRobotClientMetadata", Empty(), self._deadlines.connect)
        self._channel.on_disconnect(self._lose_connection)
        require_expected_robot(metadata, self._limits, self._channel.address)
        self._end_left_controller()
        self._gripper.connect()

    def state(self) -> RobotState:
        """Return the newest tick; one that is late is the tick before, and its stamp tells so.

        RobotFrozen or RobotUnreachable once no new tick came for FROZEN_SECONDS.
        """
        try:
            newest = self._read(self._deadlines.state)
        except LateAnswer as error:
            if self._newest is None or self._ticking.frozen:
                raise self._lost(error) from error
            return self._newest
        if self._ticking.frozen:
            raise self._lost(
                RobotFrozen(
                    f"the robot behind {self._channel.address} has not ticked for {self._ticking.stood_s:.2f} s "
                    "although its server answers: look at the arm, restart its robot client, then enable again"
                )
            )
        return newest

    def start_controller(self) -> None:
        """Send the stored controller, holding the present positions, softly at first; returns once it runs."""
        positions = self._read(self._deadlines.tick).joint_positions
        if not self._left_running:
            require_free(self._call("GetEpisodeInterval", Empty(), self._deadlines.connect), self._channel.address)
        self._gripper.forget_target()
        self._why_stopped = "the new controller did not start"
        chunks = chunks_of(self._controllers.controller(positions))
        self._left_running = True
        interval = self._guard(lambda: self._channel.upload("SetController", chunks, self._deadlines.tick))
        if interval.start < 0:
            raise ControllerStopped(f"{self._channel.address}: the robot paused as its controller began: enable again")
        self._read(self._deadlines.tick)
        self._why_stopped = ""

    @property
    def hand(self) -> Hand:
        """The gripper."""
        return self._gripper

    def send(self, target: JointTarget) -> JointTarget:
        """Move the controller's target and the fingers; return what was sent."""
        if self._why_stopped:
            # The real server crashes on an update before its first controller.
            raise ControllerStopped(f"{self._channel.address}: {self._why_stopped}: enable first")
        if not math.isfinite(target.gripper_width):
            raise RobotError(f"the target's gripper width is {target.gripper_width} m, expected a finite number")
        decided_ns = self._ticking.robot_time_ns()
        update = self._controllers.update(target.joint_positions, self._stiffness_scale, decided_ns)
        chunk = ControllerChunk(torchscript_binary_chunk=update)
        # One that is late is told as that: executed late, the controller drops it for its age.
        self._guard(lambda: self._channel.call("UpdateController", chunk, self._deadlines.update), bears_late=True)
        width = self._gripper.goto(target.gripper_width)
        if self._why_stopped:  # the connection was lost meanwhile
            self._gripper.forget_target()
        # Polymetis takes single precision.
        sent = np.asarray(target.joint_positions, dtype=np.float32).astype(np.float64)
        return JointTarget(target.stamp_ns, sent, width)

    def soften(self, share: float) -> None:
        """With the next target, let the stiffness move slowly to `share` (0 to 1) of the description's gains."""
        if not 0.0 <= share <= 1.0:
            raise RobotError(f"the stiffness was to be {share} of the robot's own, expected 0 to 1")
        self._stiffness_scale = share

    def recover(self) -> None:
        """Check that nothing stands in the way of a new controller, and say what does.

        Polymetis has no call that clears a reflex: its robot client does that by itself, or is restarted by hand. Here
        a controller that was left running is ended, and the robot must tick and report no error.
        """
        self._channel.call("GetRobotClientMetadata", Empty(), self._deadlines.connect)
        self._end_left_controller()
        self._read(self._deadlines.tick)

    def stop(self) -> None:
        """End the controller; where none runs there is nothing to end."""
        self._why_stopped = "the controller was stopped"
        self._end_controller()

    def close(self) -> None:
        """Hang up; a running controller goes on holding its last target."""
        self._why_stopped = "the connection was closed"
        self._gripper.close()
        self._channel.close()

    def _read(self, deadline_s: float) -> RobotState:
        message = self._guard(lambda: self._channel.call("GetRobotState", Empty(), deadline_s), bears_late=True)
        if message.error_code:
            raise self._lost(
                NeedsRecovery(
                    f"the robot behind {self._channel.address} reports error {message.error_code}, such as a reflex: "
                    "look at the arm, wait for its robot client or restart it, then recover"
                )
            )
        stamp_ns, address = stamp_of(message.timestamp), self._channel.address
        self._ticking.see(stamp_ns)
        self._newest = RobotState(
            stamp_ns=stamp_ns,
            joint_positions=joint_numbers(message.joint_positions, "joint_positions", address),
            joint_velocities=joint_numbers(message.joint_velocities, "joint_velocities", address),
            external_torques=joint_numbers(message.motor_torques_external, "motor_torques_external", address),
            gripper_width=self._gripper.width(),
        )
        return self._newest

    def _end_left_controller(self) -> None:
        if self._left_running:
            self._end_controller()

    def _end_controller(self) -> None:
        self._stand_down("its controller was ended")
        with contextlib.suppress(ControllerStopped):
            self._call("TerminateController", Empty(), self._deadlines.stop)
        self._left_running = False

    def _call(self, name: str, request: Any, deadline_s: float) -> Any:
        return self._guard(lambda: self._channel.call(name, request, deadline_s))

    def _guard(self, call: Callable[[], Any], bears_late: bool = False) -> Any:
        """Return what `call` does; once it lost robot or controller, no update may leave before a new controller."""
        try:
            return call()
        except (ControllerStopped, RobotUnreachable) as error:
            if bears_late and isinstance(error, LateAnswer):
                raise
            raise self._lost(error) from error.__cause__

    def _lost(self, error: RobotError) -> RobotError:
        self._stand_down(str(error))
        return error

    def _lose_connection(self) -> None:
        self._stand_down("the connection was lost")

    def _stand_down(self, why: str) -> None:
        """Let nothing leave any more, to the arm or to the fingers, until a new controller was started."""
        self._why_stopped = self._why_stopped or why
        self._gripper.forget_target()
