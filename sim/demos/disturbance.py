"""What disturbs a demonstration, so that the expert shows how to recover (in the manner of DART)."""

import math
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import (
    multiply_quaternions,
    quaternion_from_rot6d,
    quaternion_from_rotation_vector,
)
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.policy.actions import action_vector
from sim.demos.expert import Phase
from sim.envs.block import BlockLiftEnvironment

LOWER, UPPER = np.array([0.28, -0.31, 0.025]), np.array([0.72, 0.31, 0.6])
BURST_STEPS = 8
KICK_STEPS = 4


@dataclass(frozen=True)
class DisturbanceSettings:
    """How often and how much; what is recorded stays the expert's clean action."""

    quiet: float = 0.25
    """Probability that nothing disturbs an episode."""
    burst: float = 0.4
    """Probability that a stretch of 0.8 s is noisy."""
    position_noise: float = 0.003
    """Added to each executed position then, standard deviation per axis [m]; a quarter of it near the block."""
    rotation_noise: float = math.radians(1.5)
    """Added to each executed rotation, likewise [rad]."""
    kick: float = 0.4
    """Probability that the hand is pushed away once."""
    kick_distance: float = 0.06
    """How far, at most [m]."""
    nudge: float = 0.2
    """Probability that the block is moved once while the hand is away from it."""
    nudge_distance: float = 0.04
    """How far per axis, at most [m]."""
    release: float = 0.12
    """Probability that the fingers open once while they hold the block."""
    miss: float = 0.12
    """Probability that the fingers close once on the way."""


class Disturbance:
    """The disturbances of one episode."""

    def __init__(self, settings: DisturbanceSettings, random: np.random.Generator) -> None:
        """Draw what will happen and when."""
        self._settings = settings
        self._random = random
        self._quiet = bool(random.random() < settings.quiet)
        self._offset = np.zeros(6)
        self._noisy = False
        self._kick_step = self._draw(settings.kick, 5, 40)
        self._kick = random.uniform(-1.0, 1.0, 3) * settings.kick_distance / KICK_STEPS
        self._nudge_step = self._draw(settings.nudge, 3, 20)
        self._miss_step = self._draw(settings.miss, 2, 20)
        self._release_step = self._draw(settings.release, 1, 10)
        self._held_steps = 0

    def _draw(self, probability: float, earliest: int, latest: int) -> int | None:
        happens = self._random.random() < probability and not self._quiet
        return int(self._random.integers(earliest, latest)) if happens else None

    def apply(self, step: int, phase: Phase, plan: Array, environment: BlockLiftEnvironment) -> Array:
        """Return what is executed in place of `plan` (n, 10) at `step`; may move the block."""
        if self._quiet:
            return plan
        if self._within(step, self._nudge_step, 1) and phase is Phase.REACH:
            self._nudge(environment)
        if self._held_steps or phase is Phase.LIFT:
            self._held_steps += 1
        self._draw_offset(step, environment)
        return np.stack([self._executed(step, action) for action in plan])

    def _within(self, step: int, first: int | None, duration: int) -> bool:
        return first is not None and first <= step < first + duration

    def _draw_offset(self, step: int, environment: BlockLiftEnvironment) -> None:
        if step % BURST_STEPS == 1:
            self._noisy = bool(self._random.random() < self._settings.burst)
        block, hand = environment.simulation.block_pose(), environment.simulation.tcp_pose()
        near = min(max((hand.position[2] - block.position[2]) / 0.1, 0.25), 1.0)
        spread = [self._settings.position_noise] * 3 + [self._settings.rotation_noise] * 3
        self._offset = self._noisy * near * np.array(spread) * self._random.standard_normal(6)
        if self._within(step, self._kick_step, KICK_STEPS):
            self._offset[:3] += self._kick

    def _executed(self, step: int, action: Array) -> Array:
        position = np.clip(action[:3] + self._offset[:3], LOWER, UPPER)
        turn = quaternion_from_rotation_vector(self._offset[3:])
        quaternion = multiply_quaternions(turn, quaternion_from_rot6d(action[3:9]))
        return action_vector(Pose(position, quaternion), self._width(step, float(action[9]))).astype(np.float64)

    def _width(self, step: int, width: float) -> float:
        if self._within(step, self._miss_step, 6):
            return 0.0
        if self._within(self._held_steps, self._release_step, 5):
            return 0.08
        return width

    def _nudge(self, environment: BlockLiftEnvironment) -> None:
        block, hand = environment.simulation.block_pose(), environment.simulation.tcp_pose()
        if hand.position[2] - block.position[2] < 0.09:
            return
        shift = np.append(self._random.uniform(-1.0, 1.0, 2) * self._settings.nudge_distance, 0.0)
        turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, self._random.uniform(-0.5, 0.5)]))
        environment.place_block(Pose(block.position + shift, multiply_quaternions(turn, block.quaternion)))
