"""The gate's topic: a verdict when it changes or is old, from two threads, and what a late word leads to."""

from threading import Thread
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.verdict import Command, Hold
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import JointTarget
from diffpol_ros.nodes.bridge_topics import BridgeTopics
from tests.control.arm import PANDA

FOLLOWS = Command(JointTarget(0, np.zeros(7), 0.04))
LATE = Hold("robot_late", "the robot has not answered")


class Heard:
    """Stands for the node and its publishers; keeps the words of the gate."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def create_publisher(self, *_: Any) -> "Heard":
        return self

    def get_name(self) -> str:
        return "bridge"

    def publish(self, message: Any) -> None:
        if isinstance(message, DiagnosticArray):
            self.words += [str(status.message).partition(":")[0] for status in message.status]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def topics(heard: Heard) -> BridgeTopics:
    node: Any = heard
    return BridgeTopics(node, PANDA, Kinematics(PANDA))


def test_a_verdict_is_told_when_it_changes_and_again_when_it_is_old(topics: BridgeTopics, heard: Heard) -> None:
    for tick in range(15):
        topics.verdict(FOLLOWS, to_ns(0.01 * tick))
    topics.verdict(LATE, to_ns(0.15))
    assert heard.words == ["COMMAND", "COMMAND", "HOLD"]


def test_after_a_slow_ticks_late_word_the_next_is_told_though_it_is_the_same(
    topics: BridgeTopics, heard: Heard
) -> None:
    topics.verdict(FOLLOWS, to_ns(0.00))
    topics.verdict(LATE, to_ns(0.06))
    # The tick that hung was decided before the watch spoke.
    topics.verdict(FOLLOWS, to_ns(0.01))
    topics.verdict(FOLLOWS, to_ns(0.07))
    topics.verdict(FOLLOWS, to_ns(0.08))
    assert heard.words == ["COMMAND", "HOLD", "COMMAND", "COMMAND"]


def test_no_tick_is_told_between_the_watchs_look_and_its_word(topics: BridgeTopics, heard: Heard) -> None:
    topics.verdict(FOLLOWS, to_ns(0.00))
    # Two ticks end while the watch is about to speak: the second one's word is the same as the first one's.
    ticks = [Thread(target=topics.verdict, args=(FOLLOWS, to_ns(0.07)))]

    def look() -> tuple[Hold, int]:
        ticks[0].start()
        ticks[0].join(0.05)
        return LATE, to_ns(0.06)

    assert topics.verdict_beside(look) == LATE
    ticks[0].join()
    assert heard.words == ["COMMAND", "HOLD", "COMMAND"]


def test_a_watch_that_sees_nothing_says_nothing(topics: BridgeTopics, heard: Heard) -> None:
    assert topics.verdict_beside(lambda: None) is None and not heard.words
