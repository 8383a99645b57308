"""The bridge's loop without ROS and without a network: `python -m benchmarks.bridge_loop`.

The cost of a step of the follower, how evenly a loop of it keeps 100 and 500 Hz, and how near to their limits
adversarial chunks bring the targets.
"""

import time

import numpy as np

from benchmarks.timing import Times, interleaved, print_table
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.loop_timing import LoopTiming
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, RobotState

STEP_NS = to_ns(0.1)
ACTIONS = 6
STEPS = 3000
LOOP_SECONDS = 5.0
ADVERSARIAL_CHUNKS = 10_000
CHUNKS_PER_ARMING = 20


class InstantArm:
    """Is at once wherever it is told to be."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings) -> None:
        """Stand at home under a follower of its own."""
        self.joints = description.home_positions
        self.sent: list[Array] = []
        self.now_ns = to_ns(1e9)
        self.follower = Follower(description, self, settings)
        self._period_ns = to_ns(settings.period)

    def send(self, target: JointTarget) -> JointTarget:
        """Be there."""
        self.joints = target.joint_positions
        self.sent.append(self.joints)
        return target

    def state(self) -> RobotState:
        """Return what is measured now."""
        return RobotState(self.now_ns, self.joints, np.zeros(7), np.zeros(7), 0.08)

    def enable(self) -> None:
        """Begin anew from here."""
        self.follower.reset()
        self.follower.enable(self.now_ns, self.state())

    def step(self) -> None:
        """Let one period pass."""
        self.now_ns += self._period_ns
        self.follower.step(self.now_ns, self.state())

    def accept(self, positions: Array, quaternions: Array) -> None:
        """Give the follower a chunk observed now."""
        stamps = tuple(self.now_ns + (index + 1) * STEP_NS for index in range(len(positions)))
        widths = np.full(len(positions), 0.05)
        self.follower.accept(ActionChunk(self.now_ns, stamps, positions, quaternions, widths), self.now_ns)


class Circle:
    """An arm that follows a circle, a new chunk every 0.4 s of its time."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings) -> None:
        """Enable it."""
        self.arm = InstantArm(description, settings)
        self._home = self.arm.follower.kinematics.forward(description.home_positions)
        self._chunk_steps = round(0.4 * settings.rate)
        self._count = 0
        self.arm.enable()

    def step(self) -> None:
        """Take one step, with a new chunk where one is due."""
        if self._count % self._chunk_steps == 0:
            times = 0.4 * (self._count // self._chunk_steps) + 0.1 * np.arange(1, ACTIONS + 1)
            offset = np.stack((0 * times, 0.1 * np.sin(times), 0.1 * (np.cos(times) - 1.0)), axis=1)
            self.arm.accept(self._home.position + offset, np.tile(self._home.quaternion, (ACTIONS, 1)))
        self._count += 1
        self.arm.step()


def loop_periods(description: RobotDescription, rate: float) -> LoopTiming:
    """Run a loop at `rate` [Hz] as the node's timer does."""
    circle, timing = Circle(description, FollowerSettings(rate=rate)), LoopTiming()
    start = time.monotonic()
    for index in range(round(LOOP_SECONDS * rate)):
        timing.tick(time.monotonic_ns())
        circle.step()
        time.sleep(max(0.0, start + (index + 1) / rate - time.monotonic()))
    return timing


def adversarial_shares(description: RobotDescription, settings: FollowerSettings) -> Array:
    """Return the largest velocity, acceleration and jerk of each joint (3, 7), as shares of the limits."""
    limits = description.limits
    allowed = np.array([limits.velocity, limits.acceleration, limits.jerk])
    lower, upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
    random, worst = np.random.default_rng(0), np.zeros((3, 7))
    for _ in range(ADVERSARIAL_CHUNKS // CHUNKS_PER_ARMING):
        arm = InstantArm(description, settings)
        arm.enable()
        here = arm.follower.kinematics.forward(arm.joints).position
        for _ in range(CHUNKS_PER_ARMING):
            goal = random.uniform(lower - 0.1, upper + 0.1)
            shares = np.linspace(0.0, 1.0, ACTIONS)[:, None]
            turns = [1.0, 0.0, 0.0, 0.0] + 0.7 * random.standard_normal((ACTIONS, 4))
            arm.accept(here + shares * (goal - here), np.array([normalize_quaternion(turn) for turn in turns]))
            for _ in range(random.integers(5, 40)):
                arm.step()
        sent = np.array([description.home_positions] * 3 + arm.sent)
        for order in range(1, 4):
            moved = np.abs(np.diff(sent, order, axis=0)) / settings.period**order
            worst[order - 1] = np.maximum(worst[order - 1], moved.max(axis=0, initial=0.0) / allowed[order - 1])
    return worst


def step_times(description: RobotDescription) -> dict[str, Times]:
    """Return the times [s] of a step of the follower."""
    circle = Circle(description, FollowerSettings())
    return interleaved({"follower: path, inverse kinematics, gate": circle.step}, STEPS, warm_up=100)


def main() -> None:
    """Measure and print."""
    description = load_robot_description("panda")
    print_table("one step at 100 Hz, chunks included", step_times(description), "us")
    for rate in (100.0, 500.0):
        summary = loop_periods(description, rate).summary()
        print(
            f"\nloop at {rate:.0f} Hz: {summary.rate:.1f} Hz, period median {summary.median_ms:.3f} ms, "
            f"p99 {summary.p99_ms:.3f} ms, worst {summary.worst_ms:.3f} ms"
        )
    worst = adversarial_shares(description, FollowerSettings()).max(axis=1)
    print(f"\n{ADVERSARIAL_CHUNKS} adversarial chunks, worst share of the limit (allowed 1.0):")
    print(f"  velocity {worst[0]:.3f}, acceleration {worst[1]:.3f}, jerk {worst[2]:.3f}")


if __name__ == "__main__":
    main()
