"""The scripted expert: above the block, yaw on the nearest grasp, down, close, up; again where it failed."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from diffpol_ros.core.spatial import (
    matrix_from_quaternion,
    multiply_quaternions,
    quaternion_from_rotation_vector,
    rotation_between,
)
from diffpol_ros.core.types import Array, Observation, Pose
from diffpol_ros.policy.actions import action_vector
from sim.envs.block import BLOCK

DOWN = np.array([1.0, 0.0, 0.0, 0.0])
QUARTER = 0.5 * math.pi


@dataclass(frozen=True)
class ExpertSettings:
    """How the expert moves: [m], [rad], [m] of gripper width."""

    fastest_step: float = 0.02
    """Greatest distance from one target to the next."""
    quickening: float = 0.004
    """By how much that distance may grow from one step to the next."""
    easing: float = 0.4
    """Share of the remaining way that a step may go."""
    fastest_turn: float = 0.12
    """Greatest angle from one target to the next."""
    grasp_height: float = 0.002
    """Of the tool centre point above the block's centre."""
    hover_height: float = 0.1
    """Above the grasp, until the fingers are aligned."""
    funnel: float = 8.0
    """Metres of height a metre of misalignment is worth."""
    aligned: float = 0.003
    """Misalignment of the target at which the fingers are all the way down."""
    swing: float = 0.008
    """How much farther than its target the hand itself may be misaligned, since it swings a little."""
    lift_height: float = 0.21
    """Of the tool centre point, in the end."""
    open_width: float = 0.08
    closed_width: float = 0.0
    ready_width: float = 0.072
    """From here on the fingers are open."""
    missed_width: float = 0.045
    """Below this there is nothing between the fingers."""


class Phase(Enum):
    """What the expert is about."""

    REACH = "reach"
    CLOSE = "close"
    LIFT = "lift"


class Expert:
    """Acts on the exact observation, by feedback: whatever disturbs it, it goes on from where it is."""

    def __init__(self, settings: ExpertSettings | None = None) -> None:
        """Move as `settings` say."""
        self._settings = settings or ExpertSettings()
        self.reset()

    def reset(self) -> None:
        """Begin an episode."""
        self.phase = Phase.REACH
        self._previous: Observation | None = None
        self._target: Pose | None = None
        self._moved = 0.0

    def plan(self, seen: Observation) -> Array:
        """Return the next action vectors (2, 10) for what is seen: the second says how to go on from the first."""
        grasp = self._grasp(seen.end_effector, seen.objects[BLOCK].pose)
        self.phase = self._next_phase(seen, grasp)
        goal = {Phase.REACH: self._above, Phase.CLOSE: self._stay, Phase.LIFT: self._up}[self.phase](seen, grasp)
        width = self._settings.open_width if self.phase is Phase.REACH else self._settings.closed_width
        first = self._towards(self._target or seen.end_effector, goal, self._moved)
        second = self._towards(first, goal, self._moved)
        self._previous = seen
        return np.stack([action_vector(pose, width) for pose in (first, second)]).astype(np.float64)

    def executed(self, target: Pose) -> None:
        """Learn where the arm was really told to go: the next plan sets off from there.

        Not from where the arm is: it follows softly and late, and a plan from there would swing with it.
        """
        before = self._target or target
        self._moved = float(np.linalg.norm(target.position - before.position))
        self._target = target

    def _grasp(self, hand: Pose, block: Pose) -> Pose:
        """Return the nearest pose of the hand around the block, fingers along two of its faces."""
        position = block.position + np.array([0.0, 0.0, self._settings.grasp_height])
        present = _hand_yaw(hand)
        turn = _block_yaw(block) - present
        yaw = present + turn - QUARTER * round(turn / QUARTER)
        return Pose(position, multiply_quaternions(quaternion_from_rotation_vector(np.array([0.0, 0.0, yaw])), DOWN))

    def _next_phase(self, seen: Observation, grasp: Pose) -> Phase:
        settings, width = self._settings, seen.gripper_width
        error = seen.end_effector.position - grasp.position
        sideways, height = math.hypot(error[0], error[1]), abs(error[2])
        if self.phase is Phase.REACH:
            turned = _angle(seen.end_effector, grasp) < math.radians(4.0)
            there = sideways < 0.004 and height < 0.005 and turned and width > settings.ready_width
            return Phase.CLOSE if there else Phase.REACH
        if width < settings.missed_width or sideways > 0.025 or height > 0.025:
            return Phase.REACH
        before = self._previous.gripper_width if self._previous else width
        closed = width < settings.ready_width and abs(width - before) < 0.001
        return Phase.LIFT if closed or self.phase is Phase.LIFT else Phase.CLOSE

    def _above(self, seen: Observation, grasp: Pose) -> Pose:
        """Return the grasp, raised as far as the fingers are misaligned or not yet open."""
        settings, hand = self._settings, seen.end_effector
        misaligned = max(_misaligned(self._target or hand, grasp), _misaligned(hand, grasp) - settings.swing)
        raised = min(settings.hover_height, settings.funnel * max(0.0, misaligned - settings.aligned))
        if seen.gripper_width < settings.ready_width:
            raised = settings.hover_height
        height = grasp.position[2] + raised
        # Fingers beside the block go up before they go sideways.
        free = 1.0 if hand.position[2] > height - 0.03 else 0.0
        x, y = hand.position[:2] + free * (grasp.position - hand.position)[:2]
        return Pose(np.array([x, y, height]), grasp.quaternion)

    def _stay(self, seen: Observation, grasp: Pose) -> Pose:
        return grasp

    def _up(self, seen: Observation, grasp: Pose) -> Pose:
        x, y = (self._target or seen.end_effector).position[:2]
        return Pose(np.array([x, y, self._settings.lift_height]), grasp.quaternion)

    def _towards(self, start: Pose, goal: Pose, moved: float) -> Pose:
        """Return the next pose on the way, gathering speed from the last step of length `moved` [m]."""
        settings = self._settings
        way = goal.position - start.position
        distance = float(np.linalg.norm(way))
        reach = min(settings.fastest_step, moved + settings.quickening, max(settings.easing * distance, 0.002))
        position = start.position + way * min(1.0, reach / max(distance, 1e-9))
        turn = rotation_between(start.quaternion, goal.quaternion)
        angle = float(np.linalg.norm(turn))
        turn *= min(1.0, min(settings.fastest_turn, max(settings.easing * angle, 0.01)) / max(angle, 1e-9))
        return Pose(position, multiply_quaternions(quaternion_from_rotation_vector(turn), start.quaternion))


def _hand_yaw(pose: Pose) -> float:
    """Return the direction of the hand's x axis [rad]."""
    axis = matrix_from_quaternion(pose.quaternion)[:, 0]
    return math.atan2(axis[1], axis[0])


def _block_yaw(pose: Pose) -> float:
    """Return the direction of the most horizontal axis [rad]; a cube looks the same after a quarter turn."""
    matrix = matrix_from_quaternion(pose.quaternion)
    axis = matrix[:, int(np.argmin(np.abs(matrix[2])))]
    return math.atan2(axis[1], axis[0])


def _misaligned(hand: Pose, grasp: Pose) -> float:
    """Return how far the fingers are off sideways [m], a rotation counted as what it moves them."""
    return float(np.linalg.norm((hand.position - grasp.position)[:2])) + 0.03 * _angle(hand, grasp)


def _angle(first: Pose, second: Pose) -> float:
    return float(np.linalg.norm(rotation_between(first.quaternion, second.quaternion)))
