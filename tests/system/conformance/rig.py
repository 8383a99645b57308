"""What the conformance suite needs of a backend under test: the robot, its time, and a way to lose it."""

from typing import Protocol

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.robots.base import Robot


class Rig(Protocol):
    """A backend with something behind it that moves; made anew for each test."""

    @property
    def description(self) -> RobotDescription:
        """The robot's description."""
        ...

    @property
    def robot(self) -> Robot:
        """The robot under test, not yet connected."""
        ...

    @property
    def rest_tolerance(self) -> float:
        """How far from its target a joint may rest [rad]."""
        ...

    @property
    def settling_s(self) -> float:
        """How long the arm takes to rest at a target 0.1 rad away, soft start included, in its own time [s]."""
        ...

    def advance(self, duration_s: float) -> None:
        """Let the robot live for `duration_s` [s] of its own time."""
        ...

    def true_positions(self) -> Array:
        """Return where the joints really are (7,) [rad], reachable or not."""
        ...

    def lose(self) -> None:
        """Take the robot away: whoever asks it gets no answer. What moves goes on moving."""
        ...

    def restore(self) -> None:
        """Let the robot answer again; returns when it would."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...
