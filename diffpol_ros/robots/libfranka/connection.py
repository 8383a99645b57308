"""An arm that is read all the time, and how it is let go of without waiting for a robot that went silent."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.robots.base import ControllerStopped
from diffpol_ros.robots.libfranka.arm import Arm
from diffpol_ros.robots.libfranka.idle_reader import IdleReader
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings


@dataclass(frozen=True, eq=False)
class Connection:
    """An arm that is read."""

    arm: Arm
    reader: IdleReader


def open_connection(settings: LibfrankaSettings, limits: JointLimits, idle: Callable[[], bool]) -> Connection:
    """Connect to the robot of `settings` and check its joint limits; ticks are read whenever it is `idle`."""
    arm = Arm(settings)
    arm.check_limits(limits)
    return Connection(arm, IdleReader(arm, idle))


def require_control(arm: Arm) -> None:
    """Raise what ended the controller that was started."""
    if arm.ended():
        raise ControllerStopped(f"{arm.where} ended the controller: enable again")


def try_to_stop(connection: Connection | None) -> None:
    """Let what is followed over `connection` come to rest, as far as it still hears."""
    if connection is not None:
        with suppress(RobotError):
            connection.arm.begin_to_stop()


def let_go(connection: Connection, seconds: float) -> None:
    """Wait until nothing is followed over `connection` any more: closing it before that would block, unlimited."""
    connection.reader.close(seconds)
    try:
        connection.arm.begin_to_stop()
        connection.arm.ended(seconds)
    except RobotError:
        # It ended by an error, which whoever followed has been told.
        return
