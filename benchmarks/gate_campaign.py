"""How the gate stands up to chunks that mean harm: `python -m benchmarks.gate_campaign`.

Ten thousand chunks in several ways, among them ways into a keep-out, under the table and out of the box; printed are
the deepest stray past each guard, what stopped, and the worst shares of the joints' limits.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import tyro

from benchmarks.instant_arm import ACTIONS, STEP_NS
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, RobotState

CHUNKS_PER_ARMING = 20
# Where a camera's tripod stands, beside what the robot's file says.
TRIPOD = KeepOut("tripod", (0.55, 0.1, 0.0), (0.7, 0.3, 0.4))
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
Way = Callable[[np.random.Generator, Array, RobotDescription], tuple[Array, Array]]


def _line(here: Array, goal: Array) -> Array:
    return here + np.linspace(0.0, 1.0, ACTIONS)[:, None] * (goal - here)


def _turned(random: np.random.Generator, much: float) -> Array:
    return np.array([normalize_quaternion(DOWN + much * random.standard_normal(4)) for _ in range(ACTIONS)])


def wild(random: np.random.Generator, here: Array, description: RobotDescription) -> tuple[Array, Array]:
    """Lead anywhere in the box and somewhat outside, turned about."""
    goal = random.uniform(np.array(description.workspace.lower) - 0.1, np.array(description.workspace.upper) + 0.1)
    return _line(here, goal), _turned(random, 0.7)


def walls(random: np.random.Generator, here: Array, description: RobotDescription) -> tuple[Array, Array]:
    """Lead to a point just inside a wall or a corner of the box."""
    lower, upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
    goal = np.where(random.random(3) < 0.5, lower + 1e-4, upper - 1e-4)
    goal = np.where(random.random(3) < 0.5, goal, random.uniform(lower, upper))
    return _line(here, goal), _turned(random, 0.1)


def table(random: np.random.Generator, here: Array, description: RobotDescription) -> tuple[Array, Array]:
    """Lead low down, with the hand tilted so that a finger would be in the table."""
    lower, upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
    goal = random.uniform(lower, upper)
    goal[2] = lower[2] + 0.02 * random.random()
    return _line(here, goal), _turned(random, 0.4)


def keep_out(random: np.random.Generator, here: Array, description: RobotDescription) -> tuple[Array, Array]:
    """Lead into the tripod, or through it."""
    goal = random.uniform(np.array(TRIPOD.lower) - 0.05, np.array(TRIPOD.upper) + 0.05)
    goal = np.clip(goal, np.array(description.workspace.lower), np.array(description.workspace.upper))
    return _line(here, goal), _turned(random, 0.2)


def elbow(random: np.random.Generator, here: Array, description: RobotDescription) -> tuple[Array, Array]:
    """Lead near the base, upright and turned, so that elbow and forearm come about."""
    lower, upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
    goal = random.uniform(lower, np.array([lower[0] + 0.15, upper[1], upper[2]]))
    return _line(here, goal), _turned(random, 1.5)


WAYS: tuple[Way, ...] = (wild, walls, table, keep_out, elbow)


@dataclass
class Tally:
    """What a campaign saw. strays: deepest past each guard [m, rad]. shares: (3,) of velocity, acceleration, jerk."""

    strays: dict[str, float] = field(default_factory=dict)
    shares: Array = field(default_factory=lambda: np.zeros(3))
    counts: Counter[str] = field(default_factory=Counter)


class ExactArm:
    """Is at once wherever it is told to be, and keeps account."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings, tally: Tally) -> None:
        """Stand at home under a follower of its own."""
        self.joints, self.now_ns = description.home_positions, to_ns(1e9)
        self.follower = Follower(description, self, settings)
        self._description, self._settings, self._tally = description, settings, tally
        self._room = Room(description)
        self._sent: list[Array] = []

    def send(self, target: JointTarget) -> JointTarget:
        """Be there."""
        self.joints = target.joint_positions
        self._sent.append(self.joints)
        return target

    def state(self) -> RobotState:
        """Return what is measured now."""
        return RobotState(self.now_ns, self.joints, np.zeros(7), np.zeros(7), 0.08)

    def run(self, random: np.random.Generator, way: Way, chunks: int) -> None:
        """Arm at home and follow `chunks` of `way`."""
        self.joints, self._sent = self._description.home_positions, []
        self.follower.reset()
        self.follower.counts.clear()
        self.follower.enable(self.now_ns, self.state())
        here = self.follower.kinematics.forward(self.joints).position
        for _ in range(chunks):
            positions, quaternions = way(random, here, self._description)
            self._accept(positions, quaternions)
            for _ in range(random.integers(5, 40)):
                self._step()
            here = self.follower.kinematics.forward(self.joints).position if random.random() < 0.5 else positions[-1]
        self._account()

    def _accept(self, positions: Array, quaternions: Array) -> None:
        stamps = tuple(self.now_ns + (index + 1) * STEP_NS for index in range(ACTIONS))
        chunk = ActionChunk(self.now_ns, stamps, positions, quaternions, np.full(ACTIONS, 0.05))
        self.follower.accept(chunk, self.now_ns)

    def _step(self) -> None:
        self.now_ns += to_ns(self._settings.period)
        self.follower.step(self.now_ns, self.state())

    def _account(self) -> None:
        tally, limits = self._tally, self._description.limits
        tally.counts.update(self.follower.counts)
        sent = np.array([self._description.home_positions] * 3 + self._sent)
        placement = self._room.body.at(sent)
        for guard in self._room.guards:
            stray = -float(guard.clearances(placement).min())
            tally.strays[guard.name] = max(tally.strays.get(guard.name, -np.inf), stray)
        for order, limit in enumerate((limits.velocity, limits.acceleration, limits.jerk), start=1):
            moved = np.abs(np.diff(sent, order, axis=0)) / self._settings.period**order
            share = float((moved / np.array(limit)).max(initial=0.0))
            tally.shares[order - 1] = max(tally.shares[order - 1], share)


def campaign(way: Way, chunks: int, settings: FollowerSettings, robot: str) -> Tally:
    """Return the tally of `chunks` of one `way`."""
    description = load_robot_description(robot)
    safety = replace(description.safety, keep_outs=(*description.safety.keep_outs, TRIPOD))
    tally, random = Tally(), np.random.default_rng(0)
    arm = ExactArm(replace(description, safety=safety), settings, tally)
    for _ in range(max(1, chunks // CHUNKS_PER_ARMING)):
        arm.run(random, way, CHUNKS_PER_ARMING)
    return tally


@dataclass(frozen=True)
class Arguments:
    """Count and rate."""

    chunks: int = 10_000
    """In all."""
    rate: float = 100.0
    """Of the follower [Hz]."""
    robot: str = "panda"
    """A name in calibration/robots or a file."""


def main(arguments: Arguments) -> None:
    """Run all ways and print."""
    for way in WAYS:
        settings = FollowerSettings(rate=arguments.rate)
        tally = campaign(way, arguments.chunks // len(WAYS), settings, arguments.robot)
        strays = ", ".join(f"{name} {1e3 * stray:.3f}" for name, stray in tally.strays.items())
        velocity, acceleration, jerk = tally.shares
        print(f"\n{way.__name__}: deepest stray past each guard [mm, mrad]: {strays}")
        print(f"  worst share of the limit: velocity {velocity:.3f}, acceleration {acceleration:.3f}, jerk {jerk:.3f}")
        for name in sorted(tally.counts):
            print(f"  {name}: {tally.counts[name]}")


if __name__ == "__main__":
    main(tyro.cli(Arguments))
