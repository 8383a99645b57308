"""What a robot is: its geometry, its limits, its gripper and where to reach it, read from calibration/robots/."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diffpol_ros.core.arm_body import ArmBody
from diffpol_ros.core.geometry import ANGLE as ANGLE
from diffpol_ros.core.geometry import JOINTS as JOINTS
from diffpol_ros.core.geometry import Box, DenavitHartenberg, KeepOut, Seven, SevenNames, Tool
from diffpol_ros.core.geometry import Six as Six
from diffpol_ros.core.geometry import Three as Three
from diffpol_ros.core.likeness import load_like
from diffpol_ros.core.placing import complaint_at
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.safety_limits import SafetyLimits, load_keep_outs
from diffpol_ros.core.settings import Section, setting
from diffpol_ros.core.types import Array


@dataclass(frozen=True)
class EndVelocities:
    """What velocity is left near the end of a joint's range: sqrt(2 deceleration distance) - offset, at least none.

    The distance is that from the reference which the joint moves towards.
    """

    lower: Seven = setting(description="references at the low end [rad]", minimum=-ANGLE, maximum=ANGLE)
    upper: Seven = setting(description="references at the high end [rad]", minimum=-ANGLE, maximum=ANGLE)
    offset: Seven = setting(description="[rad/s]", minimum=0.0, maximum=5.0)
    deceleration: Seven = setting(description="[rad/s^2]", minimum=0.1, maximum=50.0)


@dataclass(frozen=True)
class JointLimits:
    """What the joints must never exceed; symmetric but for the positions."""

    lower: Seven = setting(description="lowest positions [rad]", minimum=-ANGLE, maximum=ANGLE)
    upper: Seven = setting(description="highest positions [rad]", minimum=-ANGLE, maximum=ANGLE)
    velocity: Seven = setting(description="[rad/s]", minimum=0.01, maximum=10.0)
    acceleration: Seven = setting(description="[rad/s^2]", minimum=0.1, maximum=50.0)
    jerk: Seven = setting(description="[rad/s^3]", minimum=10.0, maximum=20000.0)
    torque: Seven = setting(description="[Nm]", minimum=0.1, maximum=200.0)
    end_velocities: EndVelocities | None = setting(None, description="where less velocity is allowed near the ends")

    def __post_init__(self) -> None:
        """Refuse swapped limits."""
        for joint, (lower, upper) in enumerate(zip(self.lower, self.upper, strict=True), start=1):
            if lower >= upper:
                raise ValueError(f"joint {joint} has lower {lower} >= upper {upper}: swapped?")
        if self.end_velocities is not None:
            self._check(self.end_velocities)

    def _check(self, ends: EndVelocities) -> None:
        for joint, (lower, upper) in enumerate(zip(self.lower, self.upper, strict=True), start=1):
            low, high = ends.lower[joint - 1], ends.upper[joint - 1]
            if low > lower or high < upper:
                raise ValueError(f"end_velocities of joint {joint} refer to {low}..{high}, within {lower}..{upper}")


@dataclass(frozen=True)
class Gripper:
    """A parallel gripper: its openings are distances between the fingers."""

    maximum_width: float = setting(description="[m]", minimum=0.001, maximum=0.2)
    closed_width: float = setting(0.0, description="[m]", minimum=0.0, maximum=0.2)
    speed: float = setting(0.1, description="of a finger distance [m/s]", minimum=0.001, maximum=0.3)
    force: float = setting(40.0, description="[N]", minimum=0.1, maximum=140.0)

    def __post_init__(self) -> None:
        """Refuse swapped widths."""
        if self.closed_width >= self.maximum_width:
            raise ValueError(f"closed_width {self.closed_width} >= maximum_width {self.maximum_width}: swapped?")


@dataclass(frozen=True)
class Backend:
    """What drives the robot; the settings are read by that kind's own code."""

    kind: str = setting(description="a module of diffpol_ros/robots/, or one's own as package.module")
    settings: Section = setting(description="what that kind asks for")


@dataclass(frozen=True)
class RobotDescription:
    """One robot, as calibration/robots/<name>.yaml tells it."""

    name: str = setting(description="as in the file's name")
    base_frame: str = setting(description="frame of every pose")
    joint_names: SevenNames = setting(description="in order from the base")
    finger_joint_names: tuple[str, str] = setting(description="each moves half of the gripper's width")
    kinematics: DenavitHartenberg = setting(description="geometry")
    tool: Tool = setting(description="tool centre point in the flange's frame")
    limits: JointLimits = setting(description="never exceeded")
    home: Seven = setting(description="where work starts [rad]", minimum=-ANGLE, maximum=ANGLE)
    workspace: Box = setting(description="where the tool centre point may be sent")
    safety: SafetyLimits = setting(description="what the gate watches")
    gripper: Gripper = setting(description="the hand")
    backend: Backend = setting(description="what drives it")

    def __post_init__(self) -> None:
        """Refuse a home outside the limits and names given twice."""
        names = (*self.joint_names, *self.finger_joint_names)
        if len(set(names)) != len(names):
            raise ValueError("joint_names and finger_joint_names name a joint twice")
        bounds = zip(self.home, self.limits.lower, self.limits.upper, strict=True)
        for joint, (home, lower, upper) in enumerate(bounds, start=1):
            if not lower < home < upper:
                raise ValueError(f"home of joint {joint} is {home}, expected within {lower}..{upper}")
        complaint = complaint_at(self.home_positions, self.body(), self.workspace, self.safety)
        if complaint:
            raise ValueError(f"at home {complaint}")

    @property
    def home_positions(self) -> Array:
        """The home configuration (7,) [rad]."""
        return np.array(self.home)

    def body(self) -> ArmBody:
        """Return what moves."""
        return ArmBody(self.kinematics, self.tool, self.safety.body)

    def with_keep_outs(self, name: str) -> "RobotDescription":
        """Return the robot with the keep-outs of calibration/keep_outs/<name>.yaml, or of a file by its path, too."""
        described = self
        for keep_out, section in load_keep_outs(name):
            try:
                described = described._with_keep_out(keep_out)
            except ValueError as error:
                raise section.fail(f"is refused: {error}") from error
        return described

    def _with_keep_out(self, keep_out: KeepOut) -> "RobotDescription":
        return replace(self, safety=replace(self.safety, keep_outs=(*self.safety.keep_outs, keep_out)))


def load_robot_description(name: str) -> RobotDescription:
    """Read calibration/robots/<name>.yaml, or a file by its path; one that is `like` another says only what differs."""
    return load_like(RobotDescription, find_robot(name), find_robot)


def find_robot(name: str) -> Path:
    """Return the file of a robot."""
    return Path(find_resource("calibration/robots", name))
