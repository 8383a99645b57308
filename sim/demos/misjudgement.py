"""What a demonstrator takes wrong of the block, so that he grasps beside it, looks again, and grasps once more."""

import math
from dataclasses import dataclass, replace

import numpy as np

from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector
from diffpol_ros.core.types import Observation, Pose
from sim.demos.expert import Phase
from sim.envs.block import BLOCK

STREAM = 1 << 16
"""Sets these draws apart from what else is drawn from an episode's seed: the disturbance, and each view's errors."""

NEAR = 0.07
"""Height of the hand above the block [m] from which on he tries to get around it."""


@dataclass(frozen=True)
class MisjudgementSettings:
    """How far off he takes the block to be, standard deviations; what he does wrong is what is recorded."""

    position: float = 0.0
    """Along x and y, each [m]."""
    yaw: float = 0.0
    """[degrees]."""
    patience: int = 12
    """Steps that he tries to get around the block before he looks again."""


class Misjudgement:
    """The eyes of one demonstrator in one episode: the same error until a grasp has failed, then another one."""

    def __init__(self, settings: MisjudgementSettings, seed: int) -> None:
        """Draw the first error from the episode's seed."""
        self._settings = settings
        self._random = np.random.default_rng([seed, STREAM])
        self._before = Phase.REACH
        self._tried = 0
        self._look()

    def see(self, exact: Observation, phase: Phase) -> Observation:
        """Return what he takes `exact` for, who was about `phase` before; a failed grasp makes him look again."""
        block = exact.objects[BLOCK]
        near = exact.end_effector.position[2] - block.pose.position[2] < NEAR
        self._tried = self._tried + 1 if near and phase is Phase.REACH else 0
        if self._tried > self._settings.patience or phase is Phase.REACH is not self._before:
            self._look()
            self._tried = 0
        self._before = phase
        pose = Pose(block.pose.position + self._shift, multiply_quaternions(self._turn, block.pose.quaternion))
        return replace(exact, objects={BLOCK: replace(block, pose=pose)})

    def _look(self) -> None:
        shift, yaw = self._random.standard_normal(2), self._random.standard_normal()
        self._shift = np.append(self._settings.position * shift, 0.0)
        turn = math.radians(self._settings.yaw) * yaw
        self._turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, turn]))
