"""The seam between the simulated robot and the server that speaks Polymetis for it."""

from dataclasses import dataclass
from typing import Protocol

from diffpol_ros.core.types import Array


@dataclass(frozen=True, eq=False)
class PlantState:
    """What the simulated robot measured in one tick; arrays are never written again.

    tick: ticks since the plant was made. stamp_ns: time of the tick. joint_positions: (7,) [rad].
    joint_velocities: (7,) [rad/s]. computed_torques: (7,) what the law asked for [Nm]. applied_torques: (7,)
    the same after the torque limits [Nm]. measured_torques: (7,) at the motors, gravity included [Nm].
    external_torques: (7,) [Nm]. gripper_width: distance between the fingers [m].
    """

    tick: int
    stamp_ns: int
    joint_positions: Array
    joint_velocities: Array
    computed_torques: Array
    applied_torques: Array
    measured_torques: Array
    external_torques: Array
    gripper_width: float
    gripper_moving: bool
    gripper_grasped: bool


class Law(Protocol):
    """A controller: joint torques from what was measured. Gravity and Coriolis terms are the plant's."""

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return (7,) torques [Nm] from (7,) [rad], (7,) [rad/s] and the (6, 7) Jacobian of panda_link8.

        The Jacobian is in the base frame, linear part first.
        """
        ...


class Plant(Protocol):
    """A simulated robot that ticks in a thread of its own; every method may be called from another thread.

    Its loop calls `PolymetisServer.on_tick(state)` after each tick and `on_reset()` after putting the arm elsewhere.
    A method only exchanges references, so it neither waits for a tick nor delays one.
    """

    @property
    def rate_hz(self) -> int:
        """Return how many ticks make one second of the plant's time."""
        ...

    @property
    def rest_positions(self) -> Array:
        """Return the joint positions (7,) [rad] the robot starts from."""
        ...

    @property
    def gripper_max_width(self) -> float:
        """Return how far the fingers open [m]."""
        ...

    def plant_state(self) -> PlantState:
        """Return the newest tick."""
        ...

    def set_law(self, law: Law) -> None:
        """Let `law` drive the joints from the next tick on."""
        ...

    def set_gripper_target(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` [m] at `speed` [m/s], pressing with at most `force` [N]."""
        ...
