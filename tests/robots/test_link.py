"""A robot that is away is asked for once a second, and taken back when it answers."""

import numpy as np

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.link import RobotLink
from tests.fake_hand import FakeHand


class MoodyRobot:
    """Implements `Robot`; answers while it is up."""

    def __init__(self) -> None:
        self.up = False
        self.calls: list[str] = []
        self.hand = FakeHand()

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if not self.up:
            raise RobotError("nobody at home")

    def connect(self) -> None:
        self._answer("connect")

    def state(self) -> RobotState:
        self._answer("state")
        return RobotState(1, np.zeros(7), np.zeros(7), np.zeros(7), 0.08)

    def start_controller(self) -> None:
        self._answer("start_controller")

    def send(self, target: JointTarget) -> JointTarget:
        self._answer("send")
        return target

    def recover(self) -> None:
        self._answer("recover")

    def stop(self) -> None:
        self._answer("stop")

    def close(self) -> None:
        self.calls.append("close")


def test_a_robot_that_is_away_is_asked_for_once_a_second() -> None:
    robot, clock = MoodyRobot(), ManualClock(10**9)
    link = RobotLink(robot, clock)
    for _ in range(200):
        assert link.poll() is None
        clock.advance(0.01)
    assert robot.calls == ["connect", "connect"]
    assert link.complaint == "nobody at home" and not link.connected and link.losses == 0


def test_it_is_taken_back_when_it_answers_and_each_loss_is_counted() -> None:
    robot, clock = MoodyRobot(), ManualClock(10**9)
    link = RobotLink(robot, clock)
    for losses in range(3):
        robot.up = True
        assert link.poll() is not None and link.connected and link.complaint == ""
        robot.up = False
        assert link.poll() is None and link.losses == losses + 1
        robot.up = True
        assert link.poll() is None
        clock.advance(1.0)
