"""Where inverse kinematics get stuck: excursions to targets that cannot be reached, and back to one that can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.inverse_kinematics_rivals import Step
from diffpol_ros.control.kinematics import Kinematics, pose_error
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.spatial import multiply_quaternions, normalize_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose

DOWN = np.array([1.0, 0.0, 0.0, 0.0])
MARGIN = 0.06
SETTLE, AWAY = 200, 300
LONGEST_RETURN = 2000
RECOVERED = 1e-6
STUCK = 1e-3


@dataclass(frozen=True)
class Excursion:
    """From `start` (7,) [rad] through targets, each held for a number of steps, back to a pose within reach."""

    start: Array
    targets: list[tuple[Pose, int]]
    back: Pose


@dataclass(frozen=True)
class Outcome:
    """What is missing in the end [m, rad], and after how many steps hardly anything was."""

    position: float
    rotation: float
    steps: int


class Excursions:
    """Random ones over the table of one robot; `kinds` names them."""

    def __init__(self, description: RobotDescription) -> None:
        """Draw postures within the limits of `description`."""
        self._kinematics, self._home = Kinematics(description), description.home_positions
        self._lower, self._upper = (
            np.array(limits) + margin
            for limits, margin in ((description.limits.lower, MARGIN), (description.limits.upper, -MARGIN))
        )
        self.kinds: dict[str, Callable[[np.random.Generator], Excursion]] = {
            "out of reach, any direction": self._far,
            "turned by 90 to 180 degrees": self._turned,
            "turned by 180 degrees": self._half_turn,
            "both at once": self._both,
            "five wild targets": self._wild,
            "start at joint limits": self._at_limits,
            "start in any posture": self._anywhere,
            "start in a singular posture": self._singular,
            "back to any posture's pose": self._back,
        }

    def draw(self, count: int) -> Iterator[tuple[str, Excursion]]:
        """Return `count` of each kind, the same ones every time."""
        for number, (kind, make) in enumerate(self.kinds.items()):
            for index in range(count):
                yield kind, make(np.random.default_rng([number, index]))

    def _far(self, random: np.random.Generator) -> Excursion:
        back = _over_table(random)
        return self._leaving(back, Pose(back.position + random.uniform(0.5, 1.2) * _way(random), back.quaternion))

    def _turned(self, random: np.random.Generator) -> Excursion:
        back = _over_table(random)
        return self._leaving(back, _turn(back, random.uniform(0.5, 1.0) * np.pi * _way(random)))

    def _half_turn(self, random: np.random.Generator) -> Excursion:
        back = _over_table(random)
        return self._leaving(back, _turn(back, (np.pi - 1e-6) * _way(random)))

    def _both(self, random: np.random.Generator) -> Excursion:
        back = _over_table(random)
        turned = _turn(back, random.uniform(0.5, np.pi) * _way(random))
        return self._leaving(back, Pose(back.position + random.uniform(0.1, 1.2) * _way(random), turned.quaternion))

    def _wild(self, random: np.random.Generator) -> Excursion:
        back, targets = _over_table(random), []
        for _ in range(5):
            quaternion = normalize_quaternion(random.standard_normal(4))
            targets.append((Pose(random.uniform(-1.2, 1.2, 3), quaternion), int(random.integers(20, SETTLE))))
        return Excursion(self._home, [(back, SETTLE), *targets], back)

    def _at_limits(self, random: np.random.Generator) -> Excursion:
        start = np.where(random.random(7) < 0.5, self._lower, self._upper)
        start = np.where(random.random(7) < 0.5, start, random.uniform(self._lower, self._upper))
        return Excursion(start, [], _over_table(random))

    def _anywhere(self, random: np.random.Generator) -> Excursion:
        return Excursion(random.uniform(self._lower, self._upper), [], _over_table(random))

    def _singular(self, random: np.random.Generator) -> Excursion:
        start = self._home + random.uniform(-0.5, 0.5, 7)
        kind = random.integers(4)
        if kind in (0, 3):  # elbow
            start[3] = self._upper[3]
        if kind in (1, 3):  # wrist
            start[5] = 0.0 if kind == 1 else 0.5 * np.pi
        if kind in (2, 3):  # shoulder
            start[1], start[2] = 0.0, random.choice([0.0, 0.5 * np.pi])
        start = np.clip(start, self._lower, self._upper)
        pose = self._kinematics.forward(start)
        away = Pose(pose.position + 0.3 * _way(random), pose.quaternion)
        return Excursion(start, [(away, SETTLE)], _over_table(random))

    def _back(self, random: np.random.Generator) -> Excursion:
        start = self._home + 0.6 * random.random() * (random.uniform(self._lower, self._upper) - self._home)
        pose = self._kinematics.forward(start)
        turned = _turn(pose, random.uniform(0.0, 2.0) * _way(random))
        away = Pose(pose.position + random.uniform(0.1, 1.0) * _way(random), turned.quaternion)
        return Excursion(start, [(away, AWAY)], pose)

    def _leaving(self, back: Pose, away: Pose) -> Excursion:
        return Excursion(self._home, [(back, SETTLE), (away, AWAY)], back)


def try_excursion(step: Step, kinematics: Kinematics, excursion: Excursion) -> Outcome:
    """Return what `step` makes of `excursion`."""
    joints, arrived = excursion.start, LONGEST_RETURN
    for target, steps in excursion.targets:
        for _ in range(steps):
            joints = step(joints, target)
    for count in range(LONGEST_RETURN):
        missing = float(np.abs(pose_error(excursion.back, kinematics.forward(joints))).max())
        if missing < STUCK:
            arrived = min(arrived, count)
        if missing < RECOVERED:
            break
        joints = step(joints, excursion.back)
    error = pose_error(excursion.back, kinematics.forward(joints))
    return Outcome(float(np.linalg.norm(error[:3])), float(np.linalg.norm(error[3:])), arrived)


def _way(random: np.random.Generator) -> Array:
    vector = random.standard_normal(3)
    return vector / float(np.linalg.norm(vector))


def _turn(pose: Pose, vector: Array) -> Pose:
    return Pose(pose.position, multiply_quaternions(quaternion_from_rotation_vector(vector), pose.quaternion))


def _over_table(random: np.random.Generator) -> Pose:
    position = random.uniform([0.35, -0.25, 0.03], [0.65, 0.25, 0.5])
    return _turn(Pose(position, DOWN), np.array([0.0, 0.0, random.uniform(-0.8, 0.8)]))
