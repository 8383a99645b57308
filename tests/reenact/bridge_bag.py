"""A bridge that is driven by hand, by clocks that stand until they are moved, and the bag of its journal."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from diffpol_ros.bridge.building import Clocks
from diffpol_ros.bridge.recorded import recorded_bridge
from diffpol_ros.bridge.setup import bridge_setup
from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Verdict
from diffpol_ros.core.clock import ManualClock
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode, typestore
from tests.bridge.stage import FakeRobot
from tests.control.arm import PANDA, START_NS, chunk, near_home

TEXT = "std_msgs/msg/String"
FIT = Heartbeat("one", "made_up", "d1", "panda", PANDA.base_frame, 0.1, True)


class Rig:
    """The bridge that keeps a journal, on an arm that is at once where it is told to be."""

    def __init__(self, silence_s: float = 0.2, system_ns: int = START_NS) -> None:
        self.steady, self.system = ManualClock(START_NS), ManualClock(system_ns)
        self.robot = FakeRobot(self.steady)
        setup = bridge_setup(PANDA, FollowerSettings(), silence_s)
        self.bridge = recorded_bridge(setup, self.robot, Clocks(self.system, self.steady, self.steady))
        self.texts = [self.bridge.journal.head]

    def tick(self, count: int = 1) -> Verdict:
        """Tick, the policy saying before each that it lives; return the last verdict."""
        assert count > 0
        for _ in range(count):
            self.steady.advance(0.01)
            self.system.advance(0.01)
            self.bridge.hear(FIT, self.steady.now_ns())
            self.verdict = self.bridge.tick().verdict
            self.bridge.settle()
            self.texts += self.bridge.journal.take()
        return self.verdict

    def follow(self, reach: float = 0.02) -> None:
        """Send the arm up by `reach` [m]."""
        ways = np.array([near_home(0, 0, 0.5 * reach), near_home(0, 0, reach), near_home(0, 0, reach)])
        self.bridge.accept(chunk(self.steady.now_ns(), ways))

    def enable(self) -> None:
        """Let the arm follow."""
        self.bridge.enable()

    def move(self) -> None:
        """Wait, enable, and follow a chunk for a third of a second."""
        self.tick(3)
        self.enable()
        self.follow()
        self.tick(30)


def text_message(text: str) -> bytes:
    """Return a std_msgs/String."""
    return encode(typestore().types[TEXT](data=text), TEXT)


def write_bag(folder: Path, texts: Iterable[str], topic: str = "/bridge/journal") -> Path:
    """Write a bag that holds nothing but a journal."""
    with BagWriter(folder) as writer:
        number = writer.add_topic(topic, TEXT)
        for stamp_ns, text in enumerate(texts, start=START_NS):
            writer.write(number, stamp_ns, stamp_ns, text_message(text))
    return folder
