"""Targets keep the limits of either robot in uneven time, also where the arm lags, is pushed or is interrupted."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.control.follower import Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.velocity_bounds import VelocityBounds
from diffpol_ros.control.verdict import Hold
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.types import Array, JointTarget, RobotState
from tests.control.arm import DOWN, START_NS, chunk

SETTINGS = FollowerSettings()
VETO = Hold("policy_silent", "nothing is heard")
# What libfranka allows for rounding [rad/s], where the limit itself comes down to nothing.
ROUNDING = 1e-3
OFFSET = st.tuples(*[st.floats(-0.28, 0.28)] * 3)
GAPS = st.lists(st.floats(0.3, 2.0), min_size=3, max_size=30)
EVENT = st.tuples(OFFSET, GAPS, st.floats(-0.1, 0.1), st.sampled_from((False, False, False, True)))
Event = tuple[tuple[float, float, float], list[float], float, bool]


@dataclass
class LaggingArm:
    """Goes a share of the way to its target at every step; keeps where targets stood, and when [ns]."""

    description: RobotDescription
    share: float
    now_ns: int = START_NS
    targets: list[Array] = field(default_factory=list)
    times_ns: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.joints = self.target = self.description.home_positions
        self.follower = Follower(self.description, self, SETTINGS)
        for periods in range(-3, 1):
            self._note(START_NS + to_ns(periods * SETTINGS.period))
        self.follower.enable(self.now_ns, self.state())

    def send(self, target: JointTarget) -> JointTarget:
        self.target = target.joint_positions
        return target

    def state(self) -> RobotState:
        return RobotState(self.now_ns, self.joints, np.zeros(7), np.zeros(7), 0.08)

    def befall(self, event: Event) -> None:
        offset, gaps, push, vetoed = event
        here = self.follower.kinematics.forward(self.target).position
        way = here + np.linspace(0.0, 1.0, 6)[:, None] * np.array(offset)
        self.follower.accept(chunk(self.now_ns, way, np.tile(DOWN, (6, 1))), self.now_ns)
        self.joints = self.joints + push
        for gap in gaps:
            self.now_ns += to_ns(gap * SETTINGS.period)
            self.joints = self.joints + self.share * (self.target - self.joints)
            self.follower.step(self.now_ns, self.state(), VETO if vetoed else None)
            # What a Stop interrupts is not the limiter's any more.
            if self.follower.stopped is None:
                self._note(self.now_ns)

    def _note(self, now_ns: int) -> None:
        self.targets.append(self.target)
        self.times_ns.append(now_ns)


def worst_shares(arm: LaggingArm) -> Array:
    """Return the worst of position, velocity, acceleration and jerk (4,) as shares of the limits."""
    limits, targets = arm.description.limits, np.array(arm.targets)
    times = 1e-9 * np.array([float(time - arm.times_ns[0]) for time in arm.times_ns])
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    position = np.abs(targets - 0.5 * (lower + upper)) / (0.5 * (upper - lower))
    velocity = np.diff(targets, axis=0) / np.diff(times)[:, None]
    acceleration = 2.0 * np.diff(velocity, axis=0) / (times[2:] - times[:-2])[:, None]
    jerk = 3.0 * np.diff(acceleration, axis=0) / (times[3:] - times[:-3])[:, None]
    lowest, highest = VelocityBounds(limits, 1.0).at(targets[:-1])
    allowed = np.where(velocity > 0.0, highest, -lowest) + ROUNDING
    shares = (position, velocity / allowed, acceleration / limits.acceleration, jerk / limits.jerk)
    return np.array([np.abs(share).max() for share in shares])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("panda", "fr3")),
    st.sampled_from((1.0, 0.3, 0.1)),
    st.lists(EVENT, min_size=1, max_size=6),
)
def test_targets_keep_every_limit_whatever_comes(name: str, share: float, events: list[Event]) -> None:
    arm = LaggingArm(load_robot_description(name), share)
    for event in events:
        arm.befall(event)
    assert (worst_shares(arm) <= 1.0).all()
    assert arm.follower.stopped is None or not arm.follower.stopped.name.startswith("target_")


@pytest.mark.parametrize("name", ["panda", "fr3"])
def test_the_limits_are_really_used(name: str) -> None:
    """Else the property above would hold of an arm that hardly moves."""
    arm = LaggingArm(load_robot_description(name), 1.0)
    for side in (0.28, -0.28, 0.28):
        arm.befall(((0.0, side, 0.0), [1.0] * 25, 0.0, False))
    assert worst_shares(arm)[2] > 0.5
