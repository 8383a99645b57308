"""How cameras would have seen the frames of an episode of the block task."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import Pose
from sim.envs.block import CONTROL_NS, STEP_NS
from sim.envs.block_numbers import BLOCK, BLOCK_AXES, HAND
from sim.envs.noise import PoseSensor
from sim.envs.worlds import Vectors


def block_views(frames: Vectors, sensors: Sequence[PoseSensor], random: np.random.Generator) -> Vectors:
    """Return exact `frames` (T, 19) as each of `sensors` has them (V, T, 19), newly begun; errors come from `random`.

    Within a step the block is taken to be where it is at its beginning.
    """
    poses = _poses(frames)
    views = np.repeat(frames[None], len(sensors), axis=0)
    for view, sensor in zip(views, sensors, strict=True):
        sensor.reset(random, 0, poses[0])
        for step, (pose, frame) in enumerate(zip(poses, frames, strict=True)):
            seen = sensor.newest(step * STEP_NS).pose
            matrix = matrix_from_quaternion(seen.quaternion)
            view[step, BLOCK] = seen.position
            for number, axis in enumerate(BLOCK_AXES):
                view[step, axis] = matrix[:, number]
            for instant in range(step * STEP_NS, (step + 1) * STEP_NS, CONTROL_NS):
                sensor.observe(instant, pose, frame[HAND].astype(np.float64))
    return views


def _poses(frames: Vectors) -> list[Pose]:
    exact: NDArray[np.float64] = frames.astype(np.float64)
    first, second = (exact[:, axis] for axis in BLOCK_AXES)
    matrices = np.stack([first, second, np.cross(first, second)], axis=2)
    quaternions = Rotation.from_matrix(matrices).as_quat()
    return [Pose(frame[BLOCK], quaternion) for frame, quaternion in zip(exact, quaternions, strict=True)]
