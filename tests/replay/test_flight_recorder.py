"""The recorder never blocks, never grows without bound, and says what it lost."""

import threading
from pathlib import Path

import pytest

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.replay import flight_recorder
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.images import pixels_as_sent
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.topic_writer import RecordedTopic
from tests.replay.test_image_packing import SMOOTH, image

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


def test_packed_images_stand_between_the_others_as_they_came(folder: Path) -> None:
    recorder = FlightRecorder(folder, [*TOPICS, RecordedTopic("/c", IMAGE, packing=ImageFormat("png"))])
    for index in range(60):
        recorder.put(index % 3, index, 2 * index, image(SMOOTH + index, "mono8") if index % 3 == 2 else bytes(20))
    recorder.close()
    records = list(BagReader(folder).records())
    assert [(each.log_ns, each.published_ns) for each in records] == [(index, 2 * index) for index in range(60)]
    images = records[2::3]
    assert {(each.topic, each.type_name) for each in images} == {("/c/compressed", COMPRESSED_IMAGE)}
    assert all((pixels_as_sent(each)[0] == SMOOTH + each.log_ns).all() for each in images)
    assert not recorder.refusals and recorder.room == flight_recorder.QUEUE_BYTES


def test_an_image_that_cannot_be_packed_is_stored_as_it_was_sent_and_named(folder: Path) -> None:
    recorder = FlightRecorder(folder, [RecordedTopic("/c", IMAGE, packing=ImageFormat("png"))])
    sent = [image(SMOOTH, encoding) for encoding in ("16UC1", "mono8", "32FC1")]
    for index, data in enumerate(sent):
        recorder.put(0, index, index, data)
    recorder.close()
    records = list(BagReader(folder).records())
    assert [each.topic for each in records] == ["/c", "/c/compressed", "/c"]
    assert [each.data for each in records[::2]] == sent[::2]
    assert recorder.refusals == {"/c": "/c: image encoding is '16UC1', expected one of 8UC1, bgr8, mono8, rgb8"}
    assert not recorder.dropped


def test_other_messages_are_never_packed(folder: Path) -> None:
    recorder = FlightRecorder(
        folder, [RecordedTopic(each.name, each.type_name, packing=ImageFormat("jpeg")) for each in TOPICS]
    )
    recorder.put(1, 0, 0, bytes(20))
    recorder.close()
    assert [(each.topic, each.data) for each in BagReader(folder).records()] == [("/b", bytes(20))]
