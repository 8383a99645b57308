"""A robot that does exactly what it is told, and whatever a fault scripts: any error, any state, at any pace."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.backends import Backend
from diffpol_ros.robots.base import Hand, NeedsRecovery
from diffpol_ros.robots.rehearsal import RehearsalRobot


@dataclass(frozen=True)
class ScriptedSettings:
    """Nothing to choose."""


@dataclass(frozen=True, eq=False)
class Sent:
    """A target as the backend received it, at the steady time `arrived_ns`, under the controller number `run`."""

    arrived_ns: int
    run: int
    target: JointTarget


class ScriptedRobot:
    """Implements `Robot`. `on_state` and `on_send` are the fault's: what they raise or return is what the bridge gets.

    sent: all that arrived, refused or not; `run` counts the controllers started.
    """

    def __init__(self, description: RobotDescription, clock: Clock | None = None) -> None:
        """Stand at home; `clock` tells the wall time."""
        self.description = description
        self.clock = clock or SystemClock()
        self.sent: list[Sent] = []
        self.latched = ""
        self._steady = SteadyClock()
        self._inner = RehearsalRobot(description, clock=self.clock)
        self._run = 0
        self._lock = threading.Lock()
        self.mend()

    def mend(self) -> None:
        """Be sound; what the robot itself latched stays until `recover`."""
        self.on_state: Callable[[RobotState], RobotState] = lambda state: state
        self.on_send: Callable[[JointTarget], None] = lambda target: None
        self.on_connect: Callable[[], None] = lambda: None

    def connect(self) -> None:
        """Reach it, where the script lets."""
        self.on_connect()
        self._inner.connect()

    def state(self) -> RobotState:
        """Return the present tick, as the script has it."""
        return self.on_state(self._inner.state())

    def start_controller(self) -> None:
        """Follow targets, unless it waits for recovery."""
        if self.latched:
            raise NeedsRecovery(f"the scripted robot latched {self.latched}: recover")
        self._inner.start_controller()
        self._run += 1

    @property
    def hand(self) -> Hand:
        """The gripper."""
        return self._inner.hand

    def send(self, target: JointTarget) -> JointTarget:
        """Note `target` and follow it, where the script lets."""
        with self._lock:
            self.sent.append(Sent(self._steady.now_ns(), self._run, target))
        if self.latched:
            raise NeedsRecovery(f"the scripted robot latched {self.latched}: recover")
        self.on_send(target)
        return self._inner.send(target)

    def stop(self) -> None:
        """Follow no more."""
        self._inner.stop()

    def recover(self) -> None:
        """Forget what was latched."""
        self.latched = ""

    def close(self) -> None:
        """Be gone."""
        self._inner.close()

    def trip(self, what: str) -> None:
        """Latch an error, as a reflex does: the controller ends, and only `recover` helps."""
        self.latched = what

    def forget_sent(self) -> list[Sent]:
        """Return what arrived so far and begin anew."""
        with self._lock:
            gone, self.sent = self.sent, []
        return gone


class Workshop:
    """Where the rig finds the robot that the bridge had built; one at a time."""

    clock: Clock = SystemClock()
    robot: ScriptedRobot | None = None


def build(description: RobotDescription, _: ScriptedSettings) -> ScriptedRobot:
    """Build the robot and leave it in the workshop."""
    Workshop.robot = ScriptedRobot(description, Workshop.clock)
    return Workshop.robot


def raising(error: RobotError) -> Callable[..., NoReturn]:
    """Return a script that raises `error`."""

    def script(*_: object) -> NoReturn:
        raise error

    return script


BACKEND = Backend(settings=ScriptedSettings, build=build)
