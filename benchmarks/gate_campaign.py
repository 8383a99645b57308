"""How the gate stands up to chunks that mean harm: `python -m benchmarks.gate_campaign`.

Ten thousand chunks in several ways, among them ways into a keep-out, under the table and out of the box; printed are
how many were followed, the deepest stray of a target past each guard, what stopped, and the worst shares of the joints'
limits. A line of its own tells how far the body of an arm strays that lags behind its targets: no guard asks for that.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import tyro

from benchmarks.bridge_limits import worst_of
from benchmarks.gate_ways import TRIPOD, WAYS, Way, actions
from benchmarks.instant_arm import STEP_NS
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.room import Room
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import JOINTS, RobotDescription, load_robot_description
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, RobotState

CHUNKS_PER_ARMING = 20
LAGGING_SHARE = 0.1
"""Of the chunks that an arm gets that lags."""
EXACT = np.zeros(JOINTS)
LAG = np.array([4.0, 6.0, 5.0, 5.0, 3.0, 2.0, 1.0]) / np.array([40.0, 30.0, 50.0, 25.0, 35.0, 25.0, 10.0])
"""Damping over stiffness of the impedance law of joints that both robots' files ask for [s]."""


@dataclass
class Tally:
    """What a campaign saw.

    strays, measured: deepest past each guard [m, rad], of targets and of the arm. shares: (3,) the worst of velocity,
    acceleration and jerk. offered: chunks.
    """

    strays: dict[str, float] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)
    shares: Array = field(default_factory=lambda: np.zeros(3))
    counts: Counter[str] = field(default_factory=Counter)
    offered: int = 0


class LaggingArm:
    """Comes after its targets and keeps account of both."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings, lag: Array) -> None:
        """Stand at home under a follower of its own; every joint comes `lag` (7,) [s] after its target."""
        self.now_ns, self.tally = to_ns(1e9), Tally()
        self.follower = Follower(description, self, settings)
        self._description, self._settings = description, settings
        # Of the way to its target, a joint goes this share in a period.
        self._share = -np.expm1(-settings.period / np.maximum(lag, 1e-9))
        self._room = Room(description)

    def send(self, target: JointTarget) -> JointTarget:
        """Go there from now on."""
        self._target = target.joint_positions
        return target

    def state(self) -> RobotState:
        """Return what is measured now."""
        return RobotState(self.now_ns, self._joints, np.zeros(JOINTS), np.zeros(JOINTS), 0.08)

    def run(self, random: np.random.Generator, way: Way, chunks: int) -> None:
        """Arm at home and follow `chunks` of `way`."""
        self._joints = self._target = self._description.home_positions
        self._targets, self._measured = [self._target] * 3, [self._joints]
        self.follower.reset()
        self.follower.counts.clear()
        self.follower.enable(self.now_ns, self.state())
        for _ in range(chunks):
            here = self.follower.kinematics.forward(self._target)
            self._accept(*actions(random, way, here, self._description))
            for _ in range(random.integers(5, 40)):
                self._step()
        self._account()

    def _accept(self, positions: Array, quaternions: Array) -> None:
        stamps = tuple(self.now_ns + (index + 1) * STEP_NS for index in range(len(positions)))
        chunk = ActionChunk(self.now_ns, stamps, positions, quaternions, np.full(len(positions), 0.05))
        self.tally.offered += 1
        self.follower.accept(chunk, self.now_ns)

    def _step(self) -> None:
        self.now_ns += to_ns(self._settings.period)
        self._joints = self._joints + self._share * (self._target - self._joints)
        self.follower.step(self.now_ns, self.state())
        self._targets.append(self._target)
        self._measured.append(self._joints)

    def _account(self) -> None:
        tally, targets = self.tally, np.array(self._targets)
        tally.counts.update(self.follower.counts)
        self._stray(tally.strays, targets)
        self._stray(tally.measured, np.array(self._measured))
        times = np.linspace(0.0, self._settings.period * (len(targets) - 1), len(targets))
        tally.shares = np.maximum(tally.shares, worst_of(self._description, times, targets)[1:])

    def _stray(self, strays: dict[str, float], joints: Array) -> None:
        placement = self._room.body.at(joints)
        for guard in self._room.guards:
            stray = -float(guard.clearances(placement).min())
            strays[guard.name] = max(strays.get(guard.name, -np.inf), stray)


def campaign(way: Way, chunks: int, settings: FollowerSettings, robot: str, lag: Array = EXACT) -> Tally:
    """Return the tally of `chunks` of one `way`."""
    description = load_robot_description(robot)
    safety = replace(description.safety, keep_outs=(*description.safety.keep_outs, TRIPOD))
    arm, random = LaggingArm(replace(description, safety=safety), settings, lag), np.random.default_rng(0)
    for _ in range(max(1, chunks // CHUNKS_PER_ARMING)):
        arm.run(random, way, CHUNKS_PER_ARMING)
    return arm.tally


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
    settings, each = FollowerSettings(rate=arguments.rate), arguments.chunks // len(WAYS)
    for way in WAYS:
        tally = campaign(way, each, settings, arguments.robot)
        velocity, acceleration, jerk = tally.shares
        print(f"\n{way.__name__}: {tally.counts['chunk.accepted']} of {tally.offered} chunks followed")
        print(f"  deepest stray of a target past each guard [mm, mrad]: {_table(tally.strays)}")
        print(f"  worst share of the limit: velocity {velocity:.3f}, acceleration {acceleration:.3f}, jerk {jerk:.3f}")
        for name in sorted(tally.counts):
            print(f"  {name}: {tally.counts[name]}")
        lagging = campaign(way, round(LAGGING_SHARE * each), settings, arguments.robot, LAG)
        print(f"  an arm that lags, {lagging.offered} chunks: its body strays by {_table(lagging.measured)}")


def _table(strays: dict[str, float]) -> str:
    return ", ".join(f"{name} {1e3 * stray:.3f}" for name, stray in strays.items())


if __name__ == "__main__":
    main(tyro.cli(Arguments))
