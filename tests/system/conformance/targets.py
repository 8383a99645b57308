"""Targets near where a robot is."""

import numpy as np

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget
from tests.system.conformance.rig import Rig

# A tenth of a radian of three joints, towards the middle of their ranges.
SHIFT = 0.1 * np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0])
STEPS = 20
# Some backends keep a width that differs less than this from the last [m].
DEAD_BAND = 0.004


def target(rig: Rig, offset: np.ndarray | float = 0.0, width: float = 0.06) -> JointTarget:
    """Return a target `offset` [rad] from the robot's home."""
    return JointTarget(rig.robot.state().stamp_ns, rig.description.home_positions + offset, width)


def travel(rig: Rig, offset: np.ndarray) -> JointTarget:
    """Move by `offset` from home in small steps, wait until the arm rests, and return what was last sent."""
    for step in range(1, STEPS + 1):
        sent = rig.robot.send(target(rig, offset * step / STEPS))
        rig.advance(0.01)
    rig.advance(rig.settling_s)
    return sent


def distance(rig: Rig, positions: np.ndarray) -> float:
    """Return how far the joint farthest from `positions` truly is [rad]."""
    return float(np.abs(rig.true_positions() - positions).max())


def reconnect(rig: Rig) -> None:
    """Connect as the bridge does: again and again, until it works or the robot's 10 s are over."""
    for _ in range(99):
        try:
            rig.robot.connect()
            return
        except RobotError:
            rig.advance(0.1)
    rig.robot.connect()
