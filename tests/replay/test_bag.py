"""What is written into a bag comes back, and other tools read it."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from rosbags.highlevel import AnyReader

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode, schema_of
from tests.replay.synthetic import START_NS, TYPES, header, make

TEXT = "std_msgs/msg/String"


def text(words: str) -> bytes:
    return encode(make(TEXT, data=words), TEXT)


def write(folder: Path, count: int, size: int = 10) -> None:
    with BagWriter(folder) as writer:
        topic = writer.add_topic("/say", TEXT)
        for index in range(count):
            writer.write(topic, START_NS + index, START_NS + index - 5, text(f"{index} " + "x" * size))


def test_messages_come_back_as_they_were(folder: Path) -> None:
    write(folder, 100)
    records = list(BagReader(folder).records())
    assert [record.message.data.split()[0] for record in records] == [str(index) for index in range(100)]
    assert records[3].log_ns == START_NS + 3
    assert records[3].published_ns == START_NS - 2
    assert records[3].data == text("3 " + "x" * 10)


def test_topics_can_be_chosen(bag: BagReader) -> None:
    assert {record.topic for record in bag.records(["/gate"])} == {"/gate"}
    assert bag.topics() == TYPES


def test_rosbag2_tools_read_it(bag: BagReader) -> None:
    with AnyReader([bag.folder]) as reader:
        assert {connection.topic: connection.msgtype for connection in reader.connections} == TYPES
        assert reader.message_count == sum(1 for _ in bag.records())
        connection, _, data = next(reader.messages())
        assert reader.deserialize(data, connection.msgtype)


def test_metadata_counts_what_is_there(folder: Path) -> None:
    write(folder, 7)
    information = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert information["message_count"] == 7
    assert information["duration"]["nanoseconds"] == 6
    assert information["starting_time"]["nanoseconds_since_epoch"] == START_NS
    topic = information["topics_with_message_count"][0]["topic_metadata"]
    assert topic["type_description_hash"] == schema_of(TEXT).digest
    assert topic["type_description_hash"].startswith("RIHS01_")


def test_a_bag_that_was_cut_short_gives_what_was_written(folder: Path, tmp_path: Path) -> None:
    write(folder, 300, size=20_000)
    whole = next(folder.glob("*.mcap")).read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) // 2])
    words = [record.message.data.split()[0] for record in BagReader(cut).records()]
    assert words == [str(index) for index in range(len(words))]
    assert 50 < len(words) < 300


def test_chunks_are_on_disk_before_the_bag_is_closed(folder: Path) -> None:
    with BagWriter(folder) as writer:
        topic = writer.add_topic("/say", TEXT)
        random = np.random.default_rng(0)
        for index in range(300):
            writer.write(topic, index, index, text(random.bytes(5000).hex()))
        assert sum(1 for _ in BagReader(folder).records()) > 200


def test_an_existing_folder_is_never_overwritten(folder: Path) -> None:
    write(folder, 1)
    with pytest.raises(ResourceError, match="never overwritten"):
        BagWriter(folder)


def test_an_unknown_type_is_named(folder: Path) -> None:
    with BagWriter(folder) as writer, pytest.raises(ResourceError, match="own_msgs/msg/Thing"):
        writer.add_topic("/thing", "own_msgs/msg/Thing")


def test_a_folder_without_a_bag_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="holds no bag"):
        BagReader(tmp_path)


def test_stamps_keep_every_nanosecond() -> None:
    message = make("geometry_msgs/msg/PoseStamped", header=header(START_NS + 123_456_789), pose=None)
    assert stamp_ns(message) == START_NS + 123_456_789
