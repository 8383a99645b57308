"""A follower on an arm that is at once wherever it is told to be."""

import numpy as np

from diffpol_ros.control.follower import Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Hold, Verdict
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, RobotState

STEP_NS = to_ns(0.1)
ACTIONS = 6


class InstantArm:
    """Remembers where it stood after each step, and when that was: `joints_then` (7,) [rad], `then_ns`."""

    def __init__(self, description: RobotDescription, settings: FollowerSettings, start: Array | None = None) -> None:
        """Stand at `start` (7,) [rad], or home, under a follower of its own."""
        self.joints = description.home_positions if start is None else start
        self.now_ns = to_ns(1e9)
        self.joints_then, self.then_ns = [self.joints], [self.now_ns]
        self.follower = Follower(description, self, settings)
        self._period_ns = to_ns(settings.period)

    def send(self, target: JointTarget) -> JointTarget:
        """Be there."""
        self.joints = target.joint_positions
        return target

    def state(self) -> RobotState:
        """Return what is measured now."""
        return RobotState(self.now_ns, self.joints, np.zeros(7), np.zeros(7), 0.08)

    def enable(self) -> None:
        """Begin anew from here."""
        self.follower.reset()
        self.follower.enable(self.now_ns, self.state())

    def step(self, periods: float = 1.0, veto: Hold | None = None) -> Verdict:
        """Let `periods` pass."""
        self.now_ns += round(periods * self._period_ns)
        verdict = self.follower.step(self.now_ns, self.state(), veto)
        self.joints_then.append(self.joints)
        self.then_ns.append(self.now_ns)
        return verdict

    def accept(self, positions: Array, quaternions: Array, late_ns: int = 0) -> None:
        """Give the follower a chunk observed `late_ns` ago."""
        observed_ns = self.now_ns - late_ns
        stamps = tuple(observed_ns + (index + 1) * STEP_NS for index in range(len(positions)))
        widths = np.full(len(positions), 0.05)
        self.follower.accept(ActionChunk(observed_ns, stamps, positions, quaternions, widths), self.now_ns)
