"""From actions to joint targets for many arms at once: what control.follower does where nothing is in the way.

Left out: the gate's guards, the limits of acceleration and jerk, the way out of dead ends. Targets outside the
workspace are clipped to it; the robot would stop before them.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from diffpol_ros.control.braking import within_braking_time
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription
from sim.envs.block_fast.arms import Arms, Doubles
from sim.envs.worlds import Flags

Rows = NDArray[np.int64]

PERIODS = 10
"""Of the control loop in a step."""
PERIOD = 0.01
STEP = PERIODS * PERIOD
SHORTEST_COLUMN = 1e-3
"""Of an action's rotation; a shorter one says nothing."""


class Following:
    """Where the joints of n arms are told to be."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings, count: int) -> None:
        """Follow with `count` arms of `description`."""
        limits = within_braking_time(description.limits, settings)
        self.arms = Arms(description)
        self.joints = np.tile(description.home_positions, (count, 1))
        """Where a target was computed for last (n, 7) [rad]."""
        self._told = self.joints.copy()
        self._velocities = np.zeros((count, 6))
        self._home, self._gain = description.home_positions, settings.posture_gain
        self._damping = settings.damping**2 * np.eye(6)
        self._fastest = settings.velocity_scale * np.array(limits.velocity)
        self._lower = np.array(limits.lower) + settings.joint_margin
        self._upper = np.array(limits.upper) - settings.joint_margin
        self._box = np.array(description.workspace.lower), np.array(description.workspace.upper)

    def start(self, which: Rows, joints: Doubles) -> None:
        """Let the arms `which` (m,) stand at `joints` (m, 7) [rad]."""
        self.joints[which], self._told[which], self._velocities[which] = joints, joints, 0.0

    def path(self, which: Rows, actions: Doubles, following: Doubles) -> "Path":
        """Return the way of the arms `which` (m,) to `actions` (m, 10), beyond which `following` (m, 10) comes."""
        frames = self.arms.frames(self.joints[which])
        present = Rotation.from_matrix(frames.rotations)
        position, rotation = self._target(actions)
        position_after, rotation_after = self._target(following)
        inverse = present.inv()
        move = np.hstack([position - frames.tool, (inverse * rotation).as_rotvec()])
        after = np.hstack([position_after - position, (rotation.inv() * rotation_after).as_rotvec()])
        # As a spline's, where both moves go one way; at rest where they do not.
        ends = np.where(move * after > 0.0, np.sign(move) * _harmonic(np.abs(move), np.abs(after)), 0.0)
        path = Path(frames.tool, present, self._velocities[which] * STEP, move, ends)
        self._velocities[which] = ends / STEP
        return path

    def go(self, which: Rows, path: "Path", period: int) -> Doubles:
        """Return where the arms `which` (m,) are told to be (m, 7) [rad] in a period 0 .. 9.

        The next targets are computed meanwhile, as the robot's reach it a period later.
        """
        told = self._told[which]
        joints = self.joints[which]
        frames = self.arms.frames(joints)
        jacobians = frames.jacobians(frames.tool)
        position, rotation = path.at((period + 1) / PERIODS)
        turn = (rotation * Rotation.from_matrix(frames.rotations).inv()).as_rotvec()
        twist = np.hstack([position - frames.tool, turn]) / PERIOD
        posture = self._gain * (self._home - joints)
        wanted = twist - (jacobians @ posture[:, :, None])[:, :, 0]
        solved = np.linalg.solve(jacobians @ jacobians.transpose(0, 2, 1) + self._damping, wanted[:, :, None])
        velocities = (jacobians.transpose(0, 2, 1) @ solved)[:, :, 0] + posture
        velocities /= np.maximum(np.abs(velocities / self._fastest).max(axis=1, keepdims=True), 1.0)
        self.joints[which] = self._told[which] = np.clip(joints + PERIOD * velocities, self._lower, self._upper)
        return told

    def _target(self, actions: Doubles) -> tuple[Doubles, Rotation]:
        return np.clip(actions[:, :3], *self._box), rotations_of(actions[:, 3:9])


class Path:
    """A cubic in position and, about the rotation that it begins with, in rotation vectors."""

    def __init__(self, position: Doubles, rotation: Rotation, begin: Doubles, move: Doubles, end: Doubles) -> None:
        """Go by `move` (m, 6) from `position` (m, 3) and `rotation`; `begin`, `end`: velocities [1/step]."""
        self._position, self._rotation = position, rotation
        self._linear, self._square, self._cube = begin, 3.0 * move - 2.0 * begin - end, begin + end - 2.0 * move

    def at(self, share: float) -> tuple[Doubles, Rotation]:
        """Return where it is after `share` (0 .. 1) of its time."""
        moved = share * (self._linear + share * (self._square + share * self._cube))
        return self._position + moved[:, :3], self._rotation * Rotation.from_rotvec(moved[:, 3:])


def rotations_of(numbers: Doubles) -> Rotation:
    """Return what (m, 6) numbers mean by Gram-Schmidt; see `sound`."""
    first = numbers[:, :3] / np.linalg.norm(numbers[:, :3], axis=1, keepdims=True)
    second = numbers[:, 3:] - (first * numbers[:, 3:]).sum(axis=1, keepdims=True) * first
    second = second / np.linalg.norm(second, axis=1, keepdims=True)
    return Rotation.from_matrix(np.stack([first, second, np.cross(first, second)], axis=2))


def sound(actions: Doubles) -> Flags:
    """Return which of (m, 10) actions the robot's policy node would send: finite, and with a rotation."""
    first, second = actions[:, 3:6], actions[:, 6:9]
    length = np.linalg.norm(first, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (first * second).sum(axis=1, keepdims=True) / (length**2)[:, None] * first
        across = np.linalg.norm(second - along, axis=1)
        return np.isfinite(actions).all(axis=1) & (length > SHORTEST_COLUMN) & (across > SHORTEST_COLUMN)


def _harmonic(first: Doubles, second: Doubles) -> Doubles:
    """Return the harmonic mean of numbers of 0 or more: a cubic with such tangents overshoots nothing (Butland)."""
    return 2.0 * first * second / np.maximum(first + second, 1e-12)
