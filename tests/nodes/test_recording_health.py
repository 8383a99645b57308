"""What a recorder lost stands in its own bag, at its end at the latest."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes.recording_health import RecordingHealth
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.losses import Losses
from tests.nodes.test_taps import FakeNode, Rig


class Listening:
    """Where a node has its logger."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def error(self, words: str) -> None:
        self.errors.append(words)


class FullNode(FakeNode):
    """A fake node with a logger and a namespace."""

    def __init__(self) -> None:
        super().__init__()
        self.logger = Listening()

    def get_logger(self) -> Listening:
        return self.logger

    def resolve_topic_name(self, name: str) -> str:
        return f"/left/{name}"


def words(folder: Path) -> list[Losses]:
    topic = "/left/recording/losses"
    return [Losses.from_text(each.message.data, topic) for each in BagReader(folder).records([topic])]


def test_what_did_not_arrive_is_written_once_when_it_is_seen_and_once_at_the_end(tmp_path: Path) -> None:
    rig, node = Rig(tmp_path / "bag"), FullNode()
    watched: Any = node
    health = RecordingHealth(watched, rig.recorder, rig.taps)
    for number in (1, 2, 6):
        rig["/a"].arrive(number, number)
    rig.taps.drain()
    for _ in range(3):
        health.tell()
    assert len(node.logger.errors) == 1
    assert health.report().values["missed"] == 3
    rig["/b"].arrive(7, 1)
    rig["/b"].arrive(8, 3)
    rig.taps.close()
    health.close()
    rig.recorder.close()
    first, last = words(tmp_path / "bag")
    assert [(loss.topic, loss.missed) for loss in first.each] == [("/a", 3)] and not first.ended
    assert [(loss.topic, loss.missed) for loss in last.each] == [("/a", 3), ("/b", 1)] and last.ended
    assert load_run(BagReader(tmp_path / "bag")).lacking.unsure == ""


def test_a_recording_that_lost_nothing_says_so_at_its_end(tmp_path: Path) -> None:
    rig, node = Rig(tmp_path / "bag"), FullNode()
    watched: Any = node
    health = RecordingHealth(watched, rig.recorder, rig.taps)
    health.tell()
    rig.taps.close()
    health.close()
    rig.recorder.close()
    assert words(tmp_path / "bag") == [Losses((), ended=True)]
