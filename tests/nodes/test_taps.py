"""What arrives goes into the bag in the order of its arrival, and what did not arrive is counted."""

from collections import deque
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes import taps as module
from diffpol_ros.nodes.quality import RECORDED_EVENTS
from diffpol_ros.nodes.recorded_topics import Source
from diffpol_ros.nodes.taps import Taps
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.topic_writer import RecordedTopic

TEXT = "std_msgs/msg/String"
Message = tuple[bytes, dict[str, int]]


class FakeSubscription(AbstractContextManager["FakeSubscription"]):
    """A queue where rclpy has a subscription and its handle."""

    msg_type = None

    def __init__(self, topic: str) -> None:
        self.topic_name = topic
        self.queue: deque[Message] = deque()

    @property
    def handle(self) -> "FakeSubscription":
        return self

    def take_message(self, *_: object) -> Message | None:
        return self.queue.popleft() if self.queue else None

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def arrive(self, received_ns: int, number: int) -> None:
        times = {"received_timestamp": received_ns, "source_timestamp": received_ns}
        self.queue.append((bytes(4), {**times, "publication_sequence_number": number}))


class FakeNode:
    """Makes fake subscriptions; every topic has so many publishers."""

    publishers = 1

    def __init__(self) -> None:
        self.made: dict[str, FakeSubscription] = {}

    def create_subscription(self, _: object, topic: str, *__: object, **___: object) -> FakeSubscription:
        return self.made.setdefault(topic, FakeSubscription(topic))

    def destroy_subscription(self, _: FakeSubscription) -> None:
        """Nothing is held."""

    def count_publishers(self, _: str) -> int:
        return self.publishers


class Rig:
    """Taps on two topics of a fake node."""

    def __init__(self, folder: Path, stride: int = 1) -> None:
        self.node: Any = FakeNode()
        self.recorder = FlightRecorder(folder, [RecordedTopic("/a", TEXT), RecordedTopic("/b", TEXT)])
        self.taps = Taps(self.node, self.recorder)
        for index, topic in enumerate(("/a", "/b")):
            self.taps.add(Source(topic, TEXT, RECORDED_EVENTS, stride), index)
        self.folder = folder

    def __getitem__(self, topic: str) -> FakeSubscription:
        return self.node.made[topic]

    def received(self) -> list[int]:
        self.taps.close()
        self.recorder.close()
        return [record.log_ns for record in BagReader(self.folder).records()]


def test_topics_drained_one_after_the_other_are_sorted_by_arrival(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "bag")
    for number in range(10):
        rig["/a"].arrive(10 * number, number)
        rig["/b"].arrive(10 * number + 5, number)
    rig.taps.drain()
    assert rig.received() == [5 * number for number in range(20)]


def test_what_arrives_while_others_are_drained_waits_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path / "bag")
    monkeypatch.setattr(module.time, "time_ns", lambda: 100)
    rig["/b"].arrive(105, 0)
    rig.taps.drain()
    assert rig.recorder.received == 0
    monkeypatch.setattr(module.time, "time_ns", lambda: 200)
    rig["/a"].arrive(103, 0)
    rig.taps.drain()
    assert rig.received() == [103, 105]


def test_numbers_left_out_are_messages_that_did_not_arrive(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "bag")
    for number in (7, 8, 12, 13):
        rig["/a"].arrive(number, number)
        rig["/b"].arrive(number, 2 * number)
    rig.taps.drain()
    assert rig.taps.missed == {"/a": 3, "/b": 1 + 7 + 1}
    rig.received()


def test_of_several_publishers_numbers_say_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "bag")
    rig.node.publishers = 2
    for number in (7, 900, 8, 901):
        rig["/a"].arrive(number, number)
    rig.taps.drain()
    assert not rig.taps.missed
    rig.received()


def test_messages_left_out_on_purpose_are_not_missed(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "bag", stride=3)
    for number in range(9):
        rig["/a"].arrive(number, number)
    rig.taps.drain()
    assert rig.taps.arrived("/a") == 9
    assert not rig.taps.missed
    assert rig.received() == [0, 3, 6]
