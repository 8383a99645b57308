"""A pick by script: inverse kinematics on the way from home to above the block, down, close, up."""

from collections.abc import Iterator

import numpy as np

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.spatial import (
    multiply_quaternions,
    quaternion_from_rotation_vector,
    rotation_between,
    rotation_vector,
)
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.simulation import Simulation

HOME = np.array([0.45, 0.0, 0.35])
UP = np.array([0.0, 0.0, 1.0])
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
TICKS_PER_TARGET = 10


def pointing_down(position: Array, yaw: float) -> Pose:
    turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, yaw]))
    return Pose(position, multiply_quaternions(turn, DOWN))


def solve(kinematics: Kinematics, positions: Array, target: Pose, iterations: int = 2) -> Array:
    for _ in range(iterations):
        pose, jacobian = kinematics.forward_and_jacobian(positions)
        error = np.r_[target.position - pose.position, rotation_between(pose.quaternion, target.quaternion)]
        positions = positions + jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-6 * np.eye(6), error)
    return positions


def pick(simulation: Simulation) -> None:
    """Pick the block where it truly is and hold it for a second."""
    block = simulation.block_pose()
    yaw = float(rotation_vector(block.quaternion)[2])
    at, above = block.position, block.position + 0.12 * UP
    arm = _Arm(simulation)
    arm.move(HOME, above, (0.0, yaw), 1.5)
    arm.move(above, at, (yaw, yaw), 1.0)
    simulation.advance(200)
    simulation.set_gripper_target(0.0)
    simulation.advance(700)
    arm.move(at, above + 0.1 * UP, (yaw, yaw), 1.2)
    simulation.advance(1000)


class _Arm:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._kinematics = Kinematics(simulation.description)
        self._positions = simulation.description.home_positions

    def move(self, start: Array, end: Array, yaws: tuple[float, float], seconds: float) -> None:
        for fraction in _smooth(round(seconds * 1000 / TICKS_PER_TARGET)):
            target = pointing_down(start + fraction * (end - start), yaws[0] + fraction * (yaws[1] - yaws[0]))
            self._positions = solve(self._kinematics, self._positions, target)
            self._simulation.set_joint_target(self._positions)
            self._simulation.advance(TICKS_PER_TARGET)


def _smooth(steps: int) -> Iterator[float]:
    for step in range(1, steps + 1):
        fraction = step / steps
        yield fraction * fraction * (3.0 - 2.0 * fraction)
