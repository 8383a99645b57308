"""A Franka behind a Polymetis server, as a plain gRPC client: any Python, no torch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffpol_ros.core.clock import Clock, SteadyClock, to_seconds
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import JOINTS, RobotDescription
from diffpol_ros.core.types import Array, JointTarget, RobotState
from diffpol_ros.robots.base import ControllerStopped, Hand, RobotFrozen, RobotUnreachable
from diffpol_ros.robots.polymetis.channel import Deadlines, PolymetisChannel
from diffpol_ros.robots.polymetis.gripper import PolymetisGripper
from diffpol_ros.robots.polymetis.messages import CONTROLLER_METHODS, ControllerChunk, Empty, chunks_of, stamp_of
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers

FROZEN_SECONDS = 0.3
LOWEST_RATE_HZ = 500


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
        self._clock = clock or SteadyClock()
        self._deadlines = deadlines or Deadlines()
        self._limits = description.limits
        self._controllers = StoredControllers(settings)
        self._channel = PolymetisChannel(f"{settings.host}:{settings.port}", CONTROLLER_METHODS, "the Polymetis server")
        self._gripper = PolymetisGripper(
            f"{settings.gripper_host or settings.host}:{settings.gripper_port}",
            description.gripper,
            self._clock,
            self._deadlines,
        )
        self._why_stopped = "no controller was started"
        self._stamp_ns = -1
        self._stamp_seen_ns = 0

    def connect(self) -> None:
        """Reach arm and gripper and check that they are the expected ones."""
        metadata = self._channel.call("GetRobotClientMetadata", Empty(), self._deadlines.connect)
        self._check(metadata)
        self._channel.on_disconnect(self._lose_connection)
        self._gripper.connect()

    def state(self) -> RobotState:
        """Return the newest tick; a stamp that no longer moves raises RobotFrozen."""
        message = self._call("GetRobotState", Empty(), self._deadlines.call)
        stamp_ns = stamp_of(message.timestamp)
        self._check_progress(stamp_ns)
        return RobotState(
            stamp_ns=stamp_ns,
            joint_positions=self._joints(message.joint_positions, "joint_positions"),
            joint_velocities=self._joints(message.joint_velocities, "joint_velocities"),
            external_torques=self._joints(message.motor_torques_external, "motor_torques_external"),
            gripper_width=self._gripper.width(),
        )

    def start_controller(self) -> None:
        """Send the stored controller, holding the present positions; returns once it runs."""
        positions = self.state().joint_positions
        self._gripper.forget_target()
        self._why_stopped = "the new controller did not start"
        chunks = chunks_of(self._controllers.controller(positions))
        interval = self._guard(lambda: self._channel.upload("SetController", chunks, self._deadlines.tick))
        if interval.start < 0:
            raise ControllerStopped(f"{self._channel.address}: the robot paused as its controller began: enable again")
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
        update = ControllerChunk(torchscript_binary_chunk=self._controllers.update(target.joint_positions))
        self._call("UpdateController", update, self._deadlines.call)
        width = self._gripper.goto(target.gripper_width)
        # Polymetis takes single precision.
        sent = np.asarray(target.joint_positions, dtype=np.float32).astype(np.float64)
        return JointTarget(target.stamp_ns, sent, width)

    def recover(self) -> None:
        """Do nothing: Polymetis's server latches no error; its robot client recovers, or is restarted."""

    def stop(self) -> None:
        """End the controller; where none runs there is nothing to end."""
        self._why_stopped = "the controller was stopped"
        try:
            self._call("TerminateController", Empty(), self._deadlines.tick)
        except ControllerStopped:
            return

    def close(self) -> None:
        """Hang up; a running controller goes on holding its last target."""
        self._why_stopped = "the connection was closed"
        self._gripper.close()
        self._channel.close()

    def _call(self, name: str, request: Any, deadline_s: float) -> Any:
        return self._guard(lambda: self._channel.call(name, request, deadline_s))

    def _guard(self, call: Callable[[], Any]) -> Any:
        """Return what `call` does; once it lost robot or controller, no update may leave before a new controller."""
        try:
            return call()
        except (ControllerStopped, RobotUnreachable) as error:
            self._why_stopped = self._why_stopped or str(error)
            raise

    def _lose_connection(self) -> None:
        self._why_stopped = self._why_stopped or "the connection was lost"

    def _check_progress(self, stamp_ns: int) -> None:
        now_ns = self._clock.now_ns()
        if stamp_ns != self._stamp_ns:
            self._stamp_ns, self._stamp_seen_ns = stamp_ns, now_ns
            return
        stood_s = to_seconds(now_ns - self._stamp_seen_ns)
        if stood_s > FROZEN_SECONDS:
            raise RobotFrozen(
                f"the robot behind {self._channel.address} has not ticked for {stood_s:.2f} s although its server "
                "answers: look at the arm, restart its robot client, then enable again"
            )

    def _check(self, metadata: Any) -> None:
        rest = np.array(metadata.rest_pose)
        lower, upper = np.array(self._limits.lower), np.array(self._limits.upper)
        where = f"the robot at {self._channel.address}"
        if metadata.dof != JOINTS:
            raise RobotError(f"{where} has {metadata.dof} joints, expected {JOINTS}: correct the address")
        if metadata.hz < LOWEST_RATE_HZ:
            raise RobotError(f"{where} runs at {metadata.hz} Hz, expected at least {LOWEST_RATE_HZ}: correct its `hz`")
        if rest.shape != (JOINTS,) or not ((rest >= lower) & (rest <= upper)).all():
            raise RobotError(f"{where} rests at {rest.tolist()}, outside this robot's limits: choose its description")

    def _joints(self, numbers: Any, name: str) -> Array:
        joints = np.array(numbers, dtype=np.float64)
        if joints.shape != (JOINTS,) or not np.isfinite(joints).all():
            raise RobotError(
                f"{self._channel.address} reports {name} {joints.tolist()}, expected {JOINTS} finite numbers"
            )
        return joints
