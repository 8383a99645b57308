"""Ways to follow joint targets over libfranka, behind one face: what benchmarks.libfranka_following measures."""

import importlib
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array, JointTarget
from diffpol_ros.robots.backends import Address, open_robot
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from diffpol_ros.robots.libfranka.settings import Gains, LibfrankaSettings

STEADY_S = 0.5


class Rival(Protocol):
    """A client that follows joint targets."""

    def positions(self) -> Array:
        """Return the newest joint positions (7,) [rad]."""
        ...

    def time_ms(self) -> int:
        """Return the robot's time [ms]."""
        ...

    def aim(self, positions: Array) -> None:
        """Follow towards `positions` (7,) [rad]."""
        ...


class Backend:
    """This project's, with everything that it checks."""

    def __init__(self, host: str) -> None:
        """Start to follow at `host`."""
        robot = open_robot(load_robot_description("fr3"), Address(host=host))
        assert isinstance(robot, LibfrankaRobot)
        self._robot = robot
        self._robot.connect()
        self._robot.start_controller()

    def positions(self) -> Array:
        """Return those of the newest state."""
        return self._robot.state().joint_positions

    def time_ms(self) -> int:
        """Look past the stamps, which are on this machine's clock."""
        connection = self._robot._connection
        return connection.arm.read().time_ms if connection else 0

    def aim(self, positions: Array) -> None:
        """Send a target."""
        self._robot.send(JointTarget(0, positions, 0.08))


class Tracker:
    """franky's JointImpedanceTracker with the gains of the description; `lead` tells it velocities too."""

    def __init__(self, host: str, lead: bool = False) -> None:
        """Start to follow at `host`."""
        franky: Any = importlib.import_module("franky")
        gains: Gains = load_robot_description("fr3").backend.settings.read(LibfrankaSettings).gains
        self.robot, self._lead = franky.Robot(host, realtime_config=franky.RealtimeConfig.Ignore), lead
        self._tracker = franky.JointImpedanceTracker(
            self.robot,
            stiffness=np.array(gains.joint_stiffness),
            damping=np.array(gains.joint_damping),
            cartesian_stiffness=np.array(gains.cartesian_stiffness),
            cartesian_damping=np.array(gains.cartesian_damping),
        )
        self._last = (-1.0, np.zeros(7))

    def positions(self) -> Array:
        """Return those of the newest tick."""
        return np.array(self.robot.state.q)

    def time_ms(self) -> int:
        """Return the newest tick's."""
        return self.robot.state.time.to_msec()

    def aim(self, positions: Array) -> None:
        """Set the reference."""
        now, (then, last) = time.perf_counter(), self._last
        # A velocity is kept until the next target: told to an arm that then waits, it would drive it away.
        steady = self._lead and now - then < STEADY_S
        self._tracker.set_target(positions, (positions - last) / (now - then) if steady else None)
        self._last = (now, positions)


class Motions:
    """franky's joint motions, each planned with jerk limits and replaced by the next."""

    def __init__(self, host: str) -> None:
        """Connect to `host`."""
        self._franky: Any = importlib.import_module("franky")
        self._robot = self._franky.Robot(host, realtime_config=self._franky.RealtimeConfig.Ignore)
        self._robot.relative_dynamics_factor = 0.5

    def positions(self) -> Array:
        """Return those of the newest tick."""
        return np.array(self._robot.state.q)

    def time_ms(self) -> int:
        """Return the newest tick's."""
        return self._robot.state.time.to_msec()

    def aim(self, positions: Array) -> None:
        """Begin a motion."""
        self._robot.move(self._franky.JointMotion(positions), asynchronous=True)


class AsyncPosition:
    """pylibfranka's AsyncPositionControlHandler: the robot's own position controller, planned by libfranka."""

    def __init__(self, host: str) -> None:
        """Connect to `host`."""
        library: Any = importlib.import_module("pylibfranka")
        self._robot, self._handlers = (
            library.Robot(host, library.RealtimeConfig.kIgnore),
            library.AsyncPositionControlHandler,
        )
        configuration = self._handlers.Configuration([1.5] * 7, 0.01)
        self._handler = self._handlers.configure(self._robot, configuration).handler

    def positions(self) -> Array:
        """Return those of the newest tick."""
        return np.array(self._robot.read_once().q)

    def time_ms(self) -> int:
        """Return the newest tick's."""
        return round(self._robot.read_once().time.to_sec() * 1e3)

    def aim(self, positions: Array) -> None:
        """Set a target."""
        result = self._handler.set_joint_position_target(self._handlers.JointPositionTarget(list(positions)))
        if not result.was_successful:
            raise SystemExit(f"refused: {result.error_message}")


RIVALS: dict[str, Callable[[str], Rival]] = {
    "this backend": Backend,
    "JointImpedanceTracker": Tracker,
    "…, velocities told": lambda host: Tracker(host, lead=True),
    "JointMotion, replaced": Motions,
    "AsyncPositionControl": AsyncPosition,
}
