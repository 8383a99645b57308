"""How far what a policy says is from what was said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.spatial import quaternion_from_rot6d, rotation_between
from diffpol_ros.core.types import Array
from diffpol_ros.reenact.result import Change

Vectors = NDArray[np.float32]
POSITION, ROTATION, WIDTH = slice(0, 3), slice(3, 9), 9


@dataclass
class PolicyChanges:
    """The greatest change of an action's position [m], rotation [rad] and gripper width [m]; decisions that differ."""

    position: float = 0.0
    rotation: float = 0.0
    width: float = 0.0
    decisions: int = 0

    def compare(self, then: Vectors, now: Vectors) -> None:
        """Take actions (T_p, 10), recorded and new ones."""
        if then.tobytes() == now.tobytes():
            return
        shifts, turns = shifts_and_turns(then, now)
        widths = np.abs(then[:, WIDTH].astype(np.float64) - now[:, WIDTH].astype(np.float64))
        self.position = max(self.position, float(shifts.max()))
        self.rotation = max(self.rotation, float(turns.max()))
        self.width = max(self.width, float(widths.max()))

    def told(self) -> tuple[Change, ...]:
        """Return all measures."""
        return (
            Change("position", self.position, "m"),
            Change("rotation", self.rotation, "rad"),
            Change("gripper_width", self.width, "m"),
            Change("decisions", self.decisions),
        )


def shifts_and_turns(then: Vectors, now: Vectors) -> tuple[Array, Array]:
    """Return how far each of some actions (n, 10) is moved [m] and turned [rad], (n,)."""
    if then.tobytes() == now.tobytes():
        return np.zeros(len(then)), np.zeros(len(then))
    shifts = np.linalg.norm(now[:, POSITION].astype(np.float64) - then[:, POSITION].astype(np.float64), axis=1)
    turns = [_turn(*pair) for pair in zip(then[:, ROTATION], now[:, ROTATION], strict=True)]
    return np.asarray(shifts), np.array(turns)


def _turn(then: Vectors, now: Vectors) -> float:
    quaternions = [quaternion_from_rot6d(each.astype(np.float64)) for each in (then, now)]
    return float(np.linalg.norm(rotation_between(*quaternions)))
