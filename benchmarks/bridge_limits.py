"""How near to their limits chunks that mean harm bring the targets, in uneven time; how well good ones are followed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.instant_arm import ACTIONS, STEP_NS, InstantArm
from diffpol_ros.control.kinematics import pose_error
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.control.verdict import Command, Hold
from diffpol_ros.core.placing import complaint_at
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.spatial import multiply_quaternions, normalize_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose

CHUNKS_PER_ARMING = 20
# What libfranka allows for rounding [rad/s], where the limit itself comes down to nothing.
VELOCITY_EPSILON = 1e-3
VETO = Hold("interrupted", "as when something else is wrong")

Sequence = Callable[[np.random.Generator, Array, Array, Array], tuple[Array, Array]]


def _wild(random: np.random.Generator, here: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    goal = random.uniform(lower - 0.1, upper + 0.1)
    return here + np.linspace(0.0, 1.0, ACTIONS)[:, None] * (goal - here), _turns(random, 0.7)


def _zigzag(random: np.random.Generator, here: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    sides = np.where(np.arange(ACTIONS) % 2 == 0, 0.14, -0.14)[:, None]
    way = random.standard_normal(3)
    return np.clip(here + sides * way / np.linalg.norm(way), lower, upper), _turns(random, 0.1)


def _walk(random: np.random.Generator, here: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    return np.clip(here + np.cumsum(random.normal(0.0, 0.06, (ACTIONS, 3)), axis=0), lower, upper), _turns(random, 0.2)


def _spin(random: np.random.Generator, here: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    axis = random.standard_normal(3)
    half = quaternion_from_rotation_vector(np.pi * axis / np.linalg.norm(axis))
    down = np.array([1.0, 0.0, 0.0, 0.0])
    flipped = multiply_quaternions(half, down)
    quaternions = np.where((np.arange(ACTIONS) % 2 == 0)[:, None], flipped, down)
    return np.clip(here + random.normal(0.0, 0.01, (ACTIONS, 3)), lower, upper), quaternions


SEQUENCES: dict[str, Sequence] = {"wild": _wild, "zigzag": _zigzag, "random walk": _walk, "half turns": _spin}


def _turns(random: np.random.Generator, much: float) -> Array:
    drawn = [1.0, 0.0, 0.0, 0.0] + much * random.standard_normal((ACTIONS, 4))
    return np.array([normalize_quaternion(turn) for turn in drawn])


@dataclass(frozen=True)
class Shares:
    """The largest of position, velocity, acceleration and jerk as shares of the limits, and how many targets moved."""

    position: float
    velocity: float
    acceleration: float
    jerk: float
    moved: int


def worst_shares(description: RobotDescription, settings: FollowerSettings, name: str, chunks: int) -> Shares:
    """Return the worst of `chunks` of the sequence `name`, an arming for every 20."""
    random, lower, upper = _random(name), np.array(description.workspace.lower), np.array(description.workspace.upper)
    worst, count = np.zeros(4), 0
    for _ in range(max(1, chunks // CHUNKS_PER_ARMING)):
        arm = InstantArm(description, settings, _start(random, description))
        arm.enable()
        for _ in range(CHUNKS_PER_ARMING):
            here = np.clip(arm.follower.kinematics.forward(arm.joints).position, lower, upper)
            arm.accept(*SEQUENCES[name](random, here, lower, upper), late_ns=int(random.integers(0, STEP_NS)))
            _pass(arm, random, int(random.integers(4, 14)))
        rest = arm.then_ns[0] - round(1e9 * settings.period) * np.arange(3, 0, -1)
        times = 1e-9 * (np.concatenate((rest, arm.then_ns)) - rest[0])
        targets = np.array([arm.joints_then[0]] * 3 + arm.joints_then)
        worst = np.maximum(worst, worst_of(description, times, targets))
        count += int((np.diff(targets, axis=0) != 0.0).any(axis=1).sum())
    position, velocity, acceleration, jerk = worst.tolist()
    return Shares(position, velocity, acceleration, jerk, count)


def _random(name: str) -> np.random.Generator:
    return np.random.default_rng(list(SEQUENCES).index(name))


def _pass(arm: InstantArm, random: np.random.Generator, ticks: int) -> None:
    """Let ticks pass that come early, late and sometimes not at all; now and then the arm is interrupted."""
    veto = VETO if random.random() < 0.05 else None
    for _ in range(ticks):
        late = random.random()
        arm.step(2.0 if late < 0.05 else random.uniform(0.3, 1.7) if late < 0.2 else 1.0, veto)


def _start(random: np.random.Generator, description: RobotDescription) -> Array:
    """Return home, or a posture on the way from there to a random one in which the arm may be enabled."""
    body, home = description.body(), description.home_positions
    other = random.uniform(description.limits.lower, description.limits.upper)
    for share in np.linspace(random.random(), 0.0, 20):
        joints = home + share * (other - home)
        if not complaint_at(joints, body, description.workspace, description.safety):
            return joints
    return home


def worst_of(description: RobotDescription, times: Array, targets: Array) -> Array:
    """Return the worst shares (4,) of `targets` (n, 7) [rad] at `times` (n,) [s], by divided differences."""
    limits = description.limits
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    position = np.abs(targets - 0.5 * (lower + upper)) / (0.5 * (upper - lower))
    velocity = np.diff(targets, axis=0) / np.diff(times)[:, None]
    acceleration = 2.0 * np.diff(velocity, axis=0) / (times[2:] - times[:-2])[:, None]
    jerk = 3.0 * np.diff(acceleration, axis=0) / (times[3:] - times[:-3])[:, None]
    lowest, highest = VelocityBounds(limits, 1.0).at(targets[:-1])
    allowed = np.where(velocity > 0.0, highest, -lowest) + VELOCITY_EPSILON
    shares = (position, velocity / allowed, acceleration / limits.acceleration, jerk / limits.jerk)
    return np.array([np.abs(share).max() for share in shares])


def tracking_errors(description: RobotDescription, settings: FollowerSettings) -> tuple[Array, Array]:
    """Return errors [m] and [rad] of the target's tool, at every step on a smooth way that the arm can go.

    A circle of 0.2 m in 6.3 s with a wavering hand; each chunk is taken over from the one before after 0.4 s.
    """
    arm = InstantArm(description, settings)
    home = arm.follower.kinematics.forward(arm.joints)
    arm.enable()
    begun_ns, errors = arm.now_ns, []
    for index in range(round(20.0 * settings.rate)):
        if index % round(0.4 * settings.rate) == 0:
            due = 1e-9 * (arm.now_ns - begun_ns) + 0.1 * np.arange(1, ACTIONS + 1)
            poses = [_smooth(home, time) for time in due]
            arm.accept(np.array([pose.position for pose in poses]), np.array([pose.quaternion for pose in poses]))
        if not isinstance(arm.step(), Command):
            raise ValueError("the smooth way is not followed")
        wanted = _smooth(home, 1e-9 * (arm.now_ns - begun_ns))
        errors.append(pose_error(wanted, arm.follower.kinematics.forward(arm.joints)))
    lengths = np.array(errors)
    return np.linalg.norm(lengths[:, :3], axis=1), np.linalg.norm(lengths[:, 3:], axis=1)


def _smooth(home: Pose, time: float) -> Pose:
    # The start from rest is smooth too.
    angle = time - (1.0 - np.exp(-time))
    offset = 0.1 * np.array([0.0, np.sin(angle), np.cos(angle) - 1.0])
    turn = quaternion_from_rotation_vector(0.3 * np.array([np.sin(angle), 0.0, np.cos(angle) - 1.0]))
    return Pose(home.position + offset, multiply_quaternions(turn, home.quaternion))
