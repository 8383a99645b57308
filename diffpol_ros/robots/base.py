"""What a robot backend does, whichever the robot."""

from typing import Protocol

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget, RobotState


class RobotUnreachable(RobotError):
    """Nobody answered at the robot's address in time."""


class RobotFrozen(RobotError):
    """The robot's server answers, but the robot behind it no longer ticks."""


class ControllerStopped(RobotError):
    """No controller runs on the robot: targets have no effect until `start_controller`."""


class Robot(Protocol):
    """An arm with a gripper that follows joint targets; any method may raise a RobotError.

    After an error the robot counts as stopped: a person looks, then `start_controller` is called again.
    """

    def connect(self) -> None:
        """Reach the robot and check that it is the expected one."""
        ...

    def state(self) -> RobotState:
        """Return the newest tick, stamped by the robot."""
        ...

    def start_controller(self) -> None:
        """Let the robot follow targets from where it is."""
        ...

    def send(self, target: JointTarget) -> None:
        """Move towards `target`; only the gate calls this."""
        ...

    def stop(self) -> None:
        """End the controller; the robot holds where it is."""
        ...

    def close(self) -> None:
        """Let go of the connection; harmless when repeated."""
        ...
