"""What an environment on this machine must be made of: decisions only, nothing is touched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

OLDEST, NEWEST = (3, 10), (3, 12)
SIMULATED_ROBOT = "requirements/franka-sim.txt"
PYTHON_NAMES = ("python3", "python3.12", "python3.11", "python3.10")


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


class Level(Enum):
    """How much is installed."""

    DEMO = "demo"
    TEST = "test"


class Ros(Enum):
    """Where ROS 2 comes from."""

    WHEELS = "wheels"
    SOURCED = "sourced"


@dataclass(frozen=True)
class Interpreter:
    """A Python on this machine.

    command: what starts it. has_venv: whether it can make virtual environments.
    has_rclpy: whether it imports rclpy as the shell stands.
    """

    command: str
    version: tuple[int, int]
    has_venv: bool
    has_rclpy: bool


@dataclass(frozen=True)
class Machine:
    """What decides where ROS 2 comes from.

    architecture: as `uname -m` says. ros_distro: the name of the sourced release, empty without one.
    interpreters: in the order of preference.
    """

    architecture: str
    ros_distro: str
    interpreters: tuple[Interpreter, ...]


@dataclass(frozen=True)
class Plan:
    """The environment to make."""

    level: Level
    ros: Ros
    interpreter: Interpreter

    @property
    def version(self) -> str:
        """Return the Python version, such as "3.11"."""
        return _dotted(self.interpreter.version)

    @property
    def lock(self) -> str:
        """Return the lock file, relative to the repository."""
        return lock_of(self.level, self.ros)


def lock_of(level: Level, ros: Ros) -> str:
    """Return the lock file of a level, relative to the repository."""
    return f"requirements/{level.value}{'-sourced' if ros is Ros.SOURCED else ''}.txt"


def make_plan(machine: Machine, level: Level) -> Plan:
    """Return the environment for `machine`, or raise SetupError with the cure."""
    usable = [one for one in machine.interpreters if OLDEST <= one.version <= NEWEST]
    if not usable:
        found = ", ".join(f"{one.command} is {_dotted(one.version)}" for one in machine.interpreters) or "none found"
        raise SetupError(
            f"Python {_dotted(OLDEST)} to {_dotted(NEWEST)} is needed ({found}): "
            "install one, for example `apt-get install python3.11 python3.11-venv`"
        )
    if machine.ros_distro:
        return Plan(level, Ros.SOURCED, _with_rclpy(usable, machine.ros_distro))
    if machine.architecture not in ("x86_64", "amd64"):
        raise SetupError(
            f"the ROS 2 wheels exist for x86_64 only and this machine is {machine.architecture}: "
            "install ROS 2 (Humble, Jazzy or later), `source /opt/ros/<distribution>/setup.bash`, then run this again"
        )
    return Plan(level, Ros.WHEELS, usable[0])


def digest(level: Level, ros_distro: str, python: str, root: Path) -> str:
    """Return what a finished set-up is recognised by; it changes when a new set-up is due.

    python: the interpreter that the user insists on, or empty.
    """
    ros = Ros.SOURCED if ros_distro else Ros.WHEELS
    names = ["requirements/bootstrap.txt", lock_of(level, ros), "setup.py", "scripts/setup_environment.py"]
    if level is Level.TEST:
        names += ["requirements/torch.txt", SIMULATED_ROBOT]
    state = hashlib.sha256(kind_of(ros_distro, python).encode())
    for name in names:
        state.update(hashlib.sha256((root / name).read_bytes()).digest())
    return state.hexdigest()


def kind_of(ros_distro: str, python: str) -> str:
    """Return what makes two environments incompatible, so that one cannot be turned into the other."""
    return f"ros={ros_distro or Ros.WHEELS.value} python={python or 'any'}"


def _with_rclpy(interpreters: list[Interpreter], ros_distro: str) -> Interpreter:
    for one in interpreters:
        if one.has_rclpy:
            return one
    names = ", ".join(f"{one.command} ({_dotted(one.version)})" for one in interpreters)
    raise SetupError(
        f"ROS 2 {ros_distro} is sourced, but none of {names} can import rclpy: "
        f"`apt-get install ros-{ros_distro}-ros-base`, or start a shell without ROS to use the wheels"
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
