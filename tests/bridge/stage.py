"""The bridge without ROS, on a robot that does at once what it is told, or fails when it is told to."""

import numpy as np

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.verdict import Command, Hold, Stop
from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import RobotTaken
from diffpol_ros.robots.link import RobotLink
from tests.control.arm import PANDA, START_NS, InstantArm, chunk, near_home
from tests.fake_hand import FakeHand


class FakeRobot:
    """Implements `Robot` on an instant arm; `failing` names the calls that fail."""

    def __init__(self, clock: ManualClock) -> None:
        self.arm, self.clock = InstantArm(), clock
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self.hand = FakeHand()
        self.running = self.taken = False

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            raise RobotError(f"{name} failed")

    def connect(self) -> None:
        self._call("connect")

    def state(self) -> RobotState:
        self._call("state")
        return self.arm.state(self.clock.now_ns())

    def start_controller(self) -> None:
        self._call("start_controller")
        if self.taken:
            raise RobotTaken("another client moves it")
        self.running = True

    def send(self, target: JointTarget) -> JointTarget:
        self._call("send")
        assert self.running, "a target was sent to a robot without controller"
        return self.arm.send(target)

    def recover(self) -> None:
        self._call("recover")

    def stop(self) -> None:
        self._call("stop")
        self.running = self.taken = False

    def close(self) -> None:
        self.calls.append("close")


class Stage:
    def __init__(self) -> None:
        self.clock = ManualClock(START_NS)
        self.robot = FakeRobot(self.clock)
        link = RobotLink(self.robot, self.clock)
        self.bridge = Bridge(link, Follower(PANDA, link.robot), AnchoredClock(self.clock, self.clock))

    def tick(self) -> Command | Hold | Stop:
        self.clock.advance(0.01)
        verdict = self.bridge.tick().verdict
        self.bridge.settle()
        return verdict

    def move(self) -> None:
        self.bridge.enable()
        self.bridge.accept(chunk(self.clock.now_ns(), np.array([near_home(0, 0.01, 0), near_home(0, 0.02, 0)])))
        assert isinstance(self.tick(), Command)
