"""An arm that is at once wherever it is told to be, and an episode in time that a test moves by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from diffpol_ros.control.chunk_check import Refusal
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import ManualClock, to_ns
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, RobotState

PANDA = load_robot_description("panda")
KINEMATICS = Kinematics(PANDA)
HOME = KINEMATICS.forward(PANDA.home_positions)
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
START_NS = 1_700_000_000_000_000_000
STEP_NS = to_ns(0.1)


@dataclass
class InstantArm:
    """Implements `Sender`, and measures what it was last told."""

    joints: Array = field(default_factory=lambda: PANDA.home_positions)
    width: float = 0.08
    sent: list[JointTarget] = field(default_factory=list)
    broken: bool = False
    late: bool = False

    def send(self, target: JointTarget) -> JointTarget:
        if self.late:
            raise RobotLate("no answer within 0.1 s")
        if self.broken:
            raise RobotError("the wire is cut")
        self.sent.append(target)
        self.joints, self.width = target.joint_positions, target.gripper_width
        return target

    def state(self, stamp_ns: int) -> RobotState:
        return RobotState(stamp_ns, self.joints, np.zeros(7), np.zeros(7), self.width)


class Episode:
    """A follower with an instant arm; every step is one period later."""

    def __init__(
        self,
        settings: FollowerSettings | None = None,
        enabled: bool = True,
        description: RobotDescription = PANDA,
    ) -> None:
        self.arm = InstantArm()
        self.clock = ManualClock(START_NS)
        self.follower = Follower(description, self.arm, settings)
        if enabled:
            self.enable()

    def enable(self) -> None:
        self.follower.enable(self.clock.now_ns(), self.arm.state(self.clock.now_ns()))

    def step(
        self, change: Callable[[RobotState], RobotState] = lambda state: state, veto: Hold | Stop | None = None
    ) -> Verdict:
        self.clock.advance(self.follower.settings.period)
        return self.follower.step(self.clock.now_ns(), change(self.arm.state(self.clock.now_ns())), veto)

    def run(self, duration_s: float) -> list[Verdict]:
        return [self.step() for _ in range(round(duration_s / self.follower.settings.period))]

    def accept(self, chunk: ActionChunk) -> Refusal | None:
        return self.follower.accept(chunk, self.clock.now_ns())

    def chunk(self, *positions: Array, width: float = 0.05, age_s: float = 0.0) -> ActionChunk:
        return chunk(self.clock.now_ns() - to_ns(age_s), np.array(positions), width=width)

    @property
    def tool(self) -> Array:
        """Where the tool centre point of the arm is."""
        return KINEMATICS.forward(self.arm.joints).position


def chunk(observation_ns: int, positions: Array, quaternions: Array | None = None, width: float = 0.05) -> ActionChunk:
    """Return actions 0.1 s apart."""
    count = len(positions)
    stamps = tuple(observation_ns + (index + 1) * STEP_NS for index in range(count))
    turned = np.tile(DOWN, (count, 1)) if quaternions is None else quaternions
    return ActionChunk(observation_ns, stamps, positions, turned, np.full(count, width))


def near_home(*offset: float) -> Array:
    return HOME.position + np.array(offset)


def moved(state: RobotState, joint: int, by: float) -> RobotState:
    joints = np.array(state.joint_positions)
    joints[joint] += by
    return replace(state, joint_positions=joints)


def shares_of_limits(sent: list[JointTarget], period_s: float) -> tuple[float, float, float]:
    """Return the largest velocity, acceleration and jerk of the targets, each as a share of its limit."""
    positions = np.array([target.joint_positions for target in sent]).reshape(-1, 7)
    limits = (PANDA.limits.velocity, PANDA.limits.acceleration, PANDA.limits.jerk)
    shares = [
        float((np.abs(np.diff(positions, order, axis=0)) / period_s**order / np.array(limit)).max(initial=0.0))
        for order, limit in enumerate(limits, start=1)
    ]
    return shares[0], shares[1], shares[2]
