"""What may push a hand off its way to the block, so that a policy shows how it comes back."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from sim.envs.block_numbers import BLOCK, HAND
from sim.envs.worlds import Vectors

SHARE = 0.3
"""Of all chunks that are pushed."""
SHIFT = 0.015
"""Of a pushed chunk, all alike, standard deviation per axis where the hand is far above the block [m]."""
TURN = np.radians(4.0)
"""Likewise, as a rotation vector [rad]."""
FAR, LEAST = 0.1, 0.25
"""Height above the block from which on pushes are whole [m], and what is left of them beside it."""
LOWEST = 0.025
"""The hand is not pushed below [m]: what the task takes."""


def pushed_chunks(chunks: Vectors, frames: Vectors, random: np.random.Generator) -> Vectors:
    """Return what the hands do in place of `chunks` (N, T, 10), decided in `frames` (N, 19): some are sent beside."""
    height = frames[:, HAND][:, 2] - frames[:, BLOCK][:, 2]
    whole = random.random(len(chunks)) < SHARE
    size = np.where(whole, np.clip(height / FAR, LEAST, 1.0), 0.0)[:, None]
    shift = SHIFT * size * random.standard_normal((len(chunks), 3))
    turn = Rotation.from_rotvec(TURN * size * random.standard_normal((len(chunks), 3))).as_matrix()
    pushed: NDArray[np.float64] = chunks.astype(np.float64)
    pushed[:, :, :3] += shift[:, None]
    pushed[:, :, 2] = np.maximum(pushed[:, :, 2], np.minimum(LOWEST, chunks[:, :, 2]))
    for column in (slice(3, 6), slice(6, 9)):
        pushed[:, :, column] = np.einsum("nij,ntj->nti", turn, chunks[:, :, column])
    return np.where(whole[:, None, None], pushed, chunks).astype(np.float32)
