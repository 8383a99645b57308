"""One open connection to an FR3's arm: what is asked of franky, with its errors explained."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import JOINTS, JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.robots.base import ControllerStopped, NeedsRecovery
from diffpol_ros.robots.libfranka.native import error_names, explained, load_franky, needs_recovery
from diffpol_ros.robots.libfranka.settings import Gains, LibfrankaSettings

SOFT = 0.1
LIMIT_TOLERANCE = 1e-3
LOOK_SECONDS, STARTING_LOOKS = 0.002, 1000


@dataclass(frozen=True, eq=False)
class Reading:
    """One tick of the robot: its time [ms], (7,) [rad], (7,) [rad/s], (7,) [Nm], its mode and latched errors."""

    time_ms: int
    positions: Array
    velocities: Array
    external_torques: Array
    mode: str
    errors: tuple[str, ...]


class Arm:
    """Blocks for as long as libfranka does: up to 1 s for a tick, longer for an answer to a command."""

    def __init__(self, settings: LibfrankaSettings) -> None:
        """Connect to the arm of `settings`."""
        self._franky, self._settings = load_franky(), settings
        self.where = f"the robot at {settings.host}"
        config = self._franky.RealtimeConfig
        realtime = config.Enforce if settings.realtime == "enforce" else config.Ignore
        with explained(self._franky, self.where):
            self._robot = self._franky.Robot(settings.host, realtime_config=realtime)
        self._motion: Any = None

    def read(self) -> Reading:
        """Return the newest tick: while following at once, else the next one, waited for."""
        with explained(self._franky, self.where):
            state = self._robot.state
        return Reading(
            state.time.to_msec(),
            self._joints(state.q, "q"),
            self._joints(state.dq, "dq"),
            self._joints(state.tau_ext_hat_filtered, "tau_ext_hat_filtered"),
            state.robot_mode.name,
            error_names(repr(state.current_errors)),
        )

    def check_limits(self, limits: JointLimits) -> None:
        """Refuse a robot whose own joint limits are narrower than `limits`: it is not the one described."""
        with explained(self._franky, self.where):
            model = self._robot.model_urdf
        for joint, (lower, upper) in enumerate(joint_ranges(model, self.where)):
            told_lower, told_upper = limits.lower[joint], limits.upper[joint]
            if told_lower < lower - LIMIT_TOLERANCE or told_upper > upper + LIMIT_TOLERANCE:
                raise RobotError(
                    f"{self.where} lets joint {joint + 1} go {lower:.4f}..{upper:.4f} rad, its description says "
                    f"{told_lower:.4f}..{told_upper:.4f}: choose this robot's description"
                )

    def configure(self) -> None:
        """Tell the robot when to stop by itself, what it carries and how stiffly it holds."""
        collision, payload = self._settings.collision, self._settings.payload
        with explained(self._franky, self.where):
            self._robot.set_collision_behavior(
                list(collision.contact_torque),
                list(collision.reflex_torque),
                list(collision.contact_force),
                list(collision.reflex_force),
            )
            self._robot.set_load(payload.mass, list(payload.centre), list(payload.inertia_matrix))
            self._robot.set_joint_impedance(list(self._settings.holding_stiffness))

    def follow(self, positions: Array) -> None:
        """Follow targets, first `positions` (7,) [rad], with a tenth of the stiffness; returns once it does."""
        gains = self._settings.gains
        with explained(self._franky, self.where):
            motion = self._franky.JointImpedanceTrackingMotion(
                stiffness=SOFT * np.array(gains.joint_stiffness),
                damping=np.array(gains.joint_damping),
                cartesian_stiffness=SOFT * np.array(gains.cartesian_stiffness),
                cartesian_damping=np.array(gains.cartesian_damping),
                gains_time_constant=gains.ramp_s,
            )
            motion.set_reference(self._franky.JointReference(q=positions))
            self._robot.move(motion, asynchronous=True)
            self._stiffen(motion, gains)
        self._motion = motion
        self._wait_for_control()

    def aim(self, positions: Array) -> None:
        """Follow towards `positions` (7,) [rad]."""
        with explained(self._franky, self.where):
            self._motion.set_reference(self._franky.JointReference(q=positions))

    def begin_to_stop(self) -> None:
        """Give the arm over to damping, then to its own controller; returns at once."""
        with explained(self._franky, self.where):
            if self._robot.is_in_control:
                self._robot.move(self._franky.TorqueStopMotion(), asynchronous=True)

    def ended(self, seconds: float = 0.0) -> bool:
        """Return whether nothing is followed any more, waiting up to `seconds` [s]; raises what ended it, once."""
        with explained(self._franky, self.where):
            # Looking is quicker than waiting for no time, which costs 0.1 ms.
            return not (seconds == 0.0 and self._robot.is_in_control) and bool(self._robot.join_motion(timeout=seconds))

    def come_to_rest(self, seconds: float) -> None:
        """End what is followed and wait for it, up to `seconds` [s]; raises what ended it before."""
        self.begin_to_stop()
        if not self.ended(seconds):
            raise RobotError(f"{self.where} is not at rest {seconds} s after it was stopped: look at it")

    def recover(self) -> None:
        """Let the robot clear its errors."""
        with explained(self._franky, self.where):
            recovered = self._robot.recover_from_errors()
        if not recovered:
            raise needs_recovery(self.where, self.read().errors)

    def require_ready(self, reading: Reading) -> None:
        """Refuse to start from a mode in which the robot would not."""
        if reading.errors or reading.mode == "Reflex":
            raise needs_recovery(self.where, reading.errors or ("reflex",))
        if reading.mode == "UserStopped":
            raise RobotError(f"{self.where} is stopped by its user stop: release it, then enable again")
        if reading.mode == "AutomaticErrorRecovery":
            raise NeedsRecovery(f"{self.where} is still recovering: wait, then enable again")
        if reading.mode != "Idle":
            raise RobotError(f"{self.where} is in mode {reading.mode}: end that (guiding, Desk, another client) first")

    def _wait_for_control(self) -> None:
        for _ in range(STARTING_LOOKS):
            if self.read().mode == "Move":
                return
            self.ended(LOOK_SECONDS)
        raise ControllerStopped(f"{self.where} did not start the controller: see Desk, then enable again")

    def _stiffen(self, motion: Any, gains: Gains) -> None:
        joint = self._franky.JointImpedanceGains(np.array(gains.joint_stiffness), np.array(gains.joint_damping))
        diagonal = self._franky.CartesianImpedanceGains.diagonal
        motion.set_gains(joint)
        motion.set_cartesian_gains(diagonal(np.array(gains.cartesian_stiffness), np.array(gains.cartesian_damping)))

    def _joints(self, numbers: Any, name: str) -> Array:
        joints = np.array(numbers, dtype=np.float64)
        if joints.shape != (JOINTS,) or not np.isfinite(joints).all():
            raise RobotError(f"{self.where} reports {name} {joints.tolist()}, expected {JOINTS} finite numbers")
        return joints


def joint_ranges(urdf: str, where: str) -> Sequence[tuple[float, float]]:
    """Return the position limits [rad] of the seven joints in the model that the robot gives of itself."""
    try:
        model = ET.fromstring(urdf)
    except ET.ParseError as error:
        raise RobotError(f"{where} gives a model of itself that cannot be read ({error}): restart it") from error
    revolute = [joint for joint in model.iter("joint") if joint.get("type") == "revolute"]
    numbered = [joint for joint in revolute if re.search(r"joint[1-7]$", joint.get("name", ""))]
    limits = [limit for joint in numbered if (limit := joint.find("limit")) is not None]
    if len(limits) != JOINTS:
        raise RobotError(f"{where} has {len(limits)} joints, expected {JOINTS}: correct the address")
    return [(float(limit.get("lower", "nan")), float(limit.get("upper", "nan"))) for limit in limits]
