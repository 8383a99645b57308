"""How near a hand is to having lifted the block, from what a frame of the block task says."""

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.twin.scene import BLOCK_SIZE
from sim.envs.block_numbers import BLOCK, BLOCK_AXES, HAND, HAND_AXIS
from sim.envs.worlds import Vectors

REACH, TURN, LIFT = 5.0, 1.0, 10.0
"""What a metre of distance, a radian of misalignment and a metre of height are worth; the lift of 0.1 m is worth 1."""
HIGH_ENOUGH = 0.1
QUARTER = 0.5 * np.pi
UPRIGHT = 0.7
"""An axis of the block whose z is beyond this stands up, and says nothing of its yaw."""


def block_potential(frames: Vectors) -> NDArray[np.float64]:
    """Return (N,) for frames (N, 19): 0 where the hand is around the block, less before, more as the block rises."""
    exact = frames.astype(np.float64)
    distance = np.linalg.norm(exact[:, HAND] - exact[:, BLOCK], axis=1)
    first, second = (exact[:, axis] for axis in BLOCK_AXES)
    lying = np.where(np.abs(first[:, 2:]) < UPRIGHT, first, second)
    turn = _yaw(exact[:, HAND_AXIS]) - _yaw(lying)
    # A cube looks the same after a quarter turn.
    misaligned = np.abs(turn - QUARTER * np.round(turn / QUARTER))
    height = np.clip(exact[:, BLOCK][:, 2] - 0.5 * BLOCK_SIZE, 0.0, HIGH_ENOUGH)
    return LIFT * height - REACH * distance - TURN * misaligned


def _yaw(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.arctan2(axis[:, 1], axis[:, 0])
