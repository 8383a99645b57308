"""The recorder never blocks, never grows without bound, and says what it lost."""

import threading
from pathlib import Path

import pytest

from diffpol_ros.replay import flight_recorder
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.flight_recorder import FlightRecorder, RecordedTopic

TOPICS = [RecordedTopic("/a", "std_msgs/msg/String"), RecordedTopic("/b", "std_msgs/msg/String")]


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Give an event without which nothing is written: a disk that stalls."""
    moving = threading.Event()
    write = flight_recorder.BagWriter.write

    def wait_and_write(self: object, *arguments: object) -> None:
        moving.wait(10.0)
        write(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(flight_recorder.BagWriter, "write", wait_and_write)
    return moving


def test_everything_queued_is_written(folder: Path) -> None:
    recorder = FlightRecorder(folder, TOPICS)
    for index in range(1000):
        assert recorder.put(index % 2, index, index, bytes(20))
    recorder.close()
    records = list(BagReader(folder).records())
    assert [record.log_ns for record in records] == list(range(1000))
    assert {record.topic for record in records} == {"/a", "/b"}
    assert recorder.dropped == 0


def test_a_stalled_disk_costs_messages_not_memory(folder: Path, stalled: threading.Event) -> None:
    recorder = FlightRecorder(folder, TOPICS, queue_bytes=1000)
    kept = [recorder.put(0, index, index, bytes(100)) for index in range(50)]
    assert sum(kept) == 10
    assert recorder.dropped == 40
    stalled.set()
    recorder.close()
    assert sum(1 for _ in BagReader(folder).records()) == 10
    assert recorder.room == 1000


def test_what_says_that_others_were_dropped_is_written_all_the_same(folder: Path, stalled: threading.Event) -> None:
    recorder = FlightRecorder(folder, TOPICS, queue_bytes=100)
    assert recorder.put(0, 0, 0, bytes(100)) and not recorder.put(0, 1, 1, bytes(100))
    assert recorder.put(1, 2, 2, bytes(100), needed=True)
    assert recorder.dropped_of == {"/a": 1}
    stalled.set()
    recorder.close()
    assert [record.topic for record in BagReader(folder).records()] == ["/a", "/b"]


def test_a_full_disk_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(flight_recorder.BagWriter, "write", fail)
    recorder = FlightRecorder(folder, TOPICS)
    recorder.put(0, 0, 0, b"x")
    recorder.close()
    assert recorder.failure.startswith("the bag cannot be written: No space left on device; `diffpol bag repair`")
    assert not recorder.put(0, 0, 0, b"x")
