"""Ways on which chunks lead an arm to where it must not be."""

from collections.abc import Callable

import numpy as np

from benchmarks.instant_arm import ACTIONS
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import Array, Pose

# Where a camera's tripod stands, beside what the robot's file says.
TRIPOD = KeepOut("tripod", (0.55, 0.1, 0.0), (0.7, 0.3, 0.4))
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
OFF, WAVERING = 0.02, 0.05
"""How far a chunk begins from where the arm is [m], and how much each of its actions turns by itself."""

Way = Callable[[np.random.Generator, RobotDescription], tuple[Array, float]]
"""Returns a goal (3,) [m] and how much the hand is turned on the way to it."""


def _box(description: RobotDescription) -> tuple[Array, Array]:
    return np.array(description.workspace.lower), np.array(description.workspace.upper)


def wild(random: np.random.Generator, description: RobotDescription) -> tuple[Array, float]:
    """Lead anywhere in the box and somewhat outside, turned about."""
    lower, upper = _box(description)
    return random.uniform(lower - 0.1, upper + 0.1), 0.7


def walls(random: np.random.Generator, description: RobotDescription) -> tuple[Array, float]:
    """Lead to a point just inside a wall or a corner of the box."""
    lower, upper = _box(description)
    goal = np.where(random.random(3) < 0.5, lower + 1e-4, upper - 1e-4)
    return np.where(random.random(3) < 0.5, goal, random.uniform(lower, upper)), 0.1


def table(random: np.random.Generator, description: RobotDescription) -> tuple[Array, float]:
    """Lead low down, with the hand tilted so that a finger would be in the table."""
    lower, upper = _box(description)
    goal = random.uniform(lower, upper)
    goal[2] = lower[2] + 0.02 * random.random()
    return goal, 0.4


def keep_out(random: np.random.Generator, description: RobotDescription) -> tuple[Array, float]:
    """Lead into the tripod, or through it."""
    goal = random.uniform(np.array(TRIPOD.lower) - 0.05, np.array(TRIPOD.upper) + 0.05)
    return np.clip(goal, *_box(description)), 0.2


def elbow(random: np.random.Generator, description: RobotDescription) -> tuple[Array, float]:
    """Lead near the base, upright and turned, so that elbow and forearm come about."""
    lower, upper = _box(description)
    return random.uniform(lower, np.array([lower[0] + 0.15, upper[1], upper[2]])), 0.8


WAYS: tuple[Way, ...] = (wild, walls, table, keep_out, elbow)


def actions(random: np.random.Generator, way: Way, here: Pose, description: RobotDescription) -> tuple[Array, Array]:
    """Return positions (n, 3) [m] and quaternions (n, 4) of a chunk that goes `way` from near `here`."""
    goal, much = way(random, description)
    shares = np.linspace(0.0, 1.0, ACTIONS)[:, None]
    start = here.position + random.uniform(-OFF, OFF, 3)
    turned = normalize_quaternion(DOWN + much * random.standard_normal(4))
    present = np.copysign(1.0, here.quaternion @ turned) * here.quaternion
    drawn = present + shares * (turned - present) + WAVERING * min(much, 1.0) * random.standard_normal((ACTIONS, 4))
    return start + shares * (goal - start), np.array([normalize_quaternion(each) for each in drawn])
