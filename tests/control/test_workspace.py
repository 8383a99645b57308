"""No target leaves the workspace by more than the tolerance, however wildly the policy moves inside it."""

import numpy as np
import pytest

from diffpol_ros.control.follower import Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.types import ActionChunk, JointTarget, RobotState
from tests.control.arm import PANDA

TICK_NS = 10_000_000
ACTION_NS = 100_000_000
LOWER, UPPER = np.array(PANDA.workspace.lower), np.array(PANDA.workspace.upper)


class ExactRobot:
    """An arm that is where it was told to be."""

    def __init__(self) -> None:
        self.positions = PANDA.home_positions

    def send(self, target: JointTarget) -> JointTarget:
        self.positions = target.joint_positions
        return target


@pytest.mark.parametrize("seed", range(8))
def test_braking_does_not_carry_the_tool_out_of_the_workspace(seed: int) -> None:
    random, robot = np.random.default_rng(seed), ExactRobot()
    follower, now_ns, start = Follower(PANDA, robot), 10**9, np.array([0.45, 0.0, 0.35])
    follower.enable(now_ns, RobotState(now_ns, robot.positions, np.zeros(7), np.zeros(7), 0.08))
    for tick in range(500):
        now_ns += TICK_NS
        if tick % 40 == 0:
            wild = np.clip(start + np.cumsum(random.normal(0.0, 0.06, (10, 3)), axis=0), LOWER + 1e-4, UPPER - 1e-4)
            stamps_ns = tuple(now_ns + (index + 1) * ACTION_NS for index in range(10))
            down = np.tile([1.0, 0.0, 0.0, 0.0], (10, 1))
            follower.accept(ActionChunk(now_ns, stamps_ns, wild, down, np.full(10, 0.08)), now_ns)
            start = wild[8]
        follower.step(now_ns, RobotState(now_ns, robot.positions, np.zeros(7), np.zeros(7), 0.08))
        point = follower.kinematics.forward(robot.positions).position
        stray = max((LOWER - point).max(), (point - UPPER).max())
        assert stray <= FollowerSettings().workspace_tolerance
