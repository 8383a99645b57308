"""A robot in time that a test moves by hand: it follows on a spring, late by a known transport."""

import numpy as np

from diffpol_ros.core.clock import ManualClock, to_ns
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array, JointTarget, RobotState
from diffpol_ros.robots.base import Hand
from tests.fake_hand import FakeHand

TICK_NS = to_ns(0.001)
START_NS = 1_700_000_000_000_000_000


class LateArm:
    """Implements `Robot`; every joint answers alike."""

    def __init__(self, description: RobotDescription, transport: float, lag: float, inertia: float) -> None:
        self.clock = ManualClock(START_NS)
        self.controlled = self.closed = False
        self.broken_at_ns: int | None = None
        self.late_at_ns: int | None = None
        self.joints: Array = description.home_positions.copy()
        self.velocities: Array = np.zeros(7)
        self._transport_ns, self._lag, self._inertia = to_ns(transport), lag, inertia
        self._target = self.joints.copy()
        self._coming: list[tuple[int, Array]] = []
        self._ticked_ns = START_NS
        self._hand = FakeHand()

    def sleep(self, duration_s: float) -> None:
        """Let time pass, for whoever would wait."""
        self.clock.advance(duration_s)

    def connect(self) -> None:
        return

    @property
    def hand(self) -> Hand:
        return self._hand

    def state(self) -> RobotState:
        now_ns = self.clock.now_ns()
        if self.broken_at_ns is not None and now_ns > self.broken_at_ns:
            raise RobotError("the cable is cut")
        if self.late_at_ns is not None and now_ns > self.late_at_ns:
            self.late_at_ns = None
            raise RobotLate("no answer within 25 ms")
        while self._ticked_ns + TICK_NS <= now_ns:
            self._tick()
        return RobotState(self._ticked_ns, self.joints, self.velocities, np.zeros(7), self._hand.width())

    def start_controller(self) -> None:
        self.controlled, self._target = True, self.joints.copy()

    def send(self, target: JointTarget) -> JointTarget:
        assert self.controlled
        self._coming.append((self.clock.now_ns() + self._transport_ns, target.joint_positions))
        return target

    def stop(self) -> None:
        self.controlled = False

    def recover(self) -> None:
        return

    def close(self) -> None:
        self.closed = True

    def _tick(self) -> None:
        self._ticked_ns += TICK_NS
        while self._coming and self._coming[0][0] <= self._ticked_ns:
            self._target = self._coming.pop(0)[1]
        pull = (self._target - self.joints - self._lag * self.velocities) / self._inertia**2
        self.velocities = self.velocities + 1e-3 * pull
        self.joints = self.joints + 1e-3 * self.velocities
