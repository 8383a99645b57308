"""Bags of other recorders are read as well, and what is wrong with one is said."""

import shutil
import sqlite3
from pathlib import Path

import pytest
import yaml
import zstandard

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter, Split
from diffpol_ros.replay.schemas import Schema, schema_from_text, schema_of
from diffpol_ros.replay.sqlite_scan import SOURCE_OF_TIME
from tests.replay.bags import TEXT, text, write_plain_metadata, write_sqlite, write_texts
from tests.replay.synthetic import START_NS


def words(bag: BagReader) -> list[str]:
    return [record.message.data.split()[0] for record in bag.records()]


def numbers(count: int) -> list[str]:
    return [str(index) for index in range(count)]


@pytest.mark.parametrize("files", [1, 3])
def test_sqlite_bags_are_read_and_say_what_they_lack(tmp_path: Path, files: int) -> None:
    bag = BagReader(write_sqlite(tmp_path / "bag", 30, files=files))
    assert words(bag) == numbers(30)
    assert bag.topics() == {"/say": TEXT}
    assert bag.complaints == (SOURCE_OF_TIME,)
    assert next(bag.records()).log_ns == START_NS


def test_messages_a_killed_sqlite_recorder_left_in_its_journal_are_read_from_a_copy(tmp_path: Path) -> None:
    bag = write_sqlite(tmp_path / "bag", 10)
    file = next(bag.glob("*.db3"))
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("INSERT INTO messages(topic_id, timestamp, data) VALUES (1, ?, ?)", (START_NS, text("10")))
    database.commit()
    shutil.copytree(bag, tmp_path / "killed")
    database.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "killed").iterdir()}
    assert words(BagReader(tmp_path / "killed")) == numbers(11)
    assert {path.name: path.read_bytes() for path in (tmp_path / "killed").iterdir()} == before


def test_split_bags_are_read_in_their_order(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "bag", 220, split=Split(seconds=0.02))
    told = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert len(told["files"]) == len(list(folder.glob("*.mcap"))) == 11
    assert [file["message_count"] for file in told["files"]] == [20] * 11
    assert words(BagReader(folder)) == numbers(220)
    (folder / "metadata.yaml").unlink()
    bag = BagReader(folder)
    assert words(bag) == numbers(220)
    assert "no metadata.yaml" in bag.complaints[0]


def test_a_file_that_grows_too_large_is_followed_by_the_next(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "bag", 100, size=1000, split=Split(size_bytes=3000))
    assert len(list(folder.glob("*.mcap"))) > 3
    assert words(BagReader(folder)) == numbers(100)


def test_files_packed_by_zstd_are_read(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "bag", 50)
    file = folder / "bag_0.mcap"
    (folder / "bag_0.mcap.zstd").write_bytes(zstandard.compress(file.read_bytes()))
    file.unlink()
    write_plain_metadata(folder, "mcap", ["bag_0.mcap.zstd"], 50, compression_mode="FILE", compression_format="zstd")
    bag = BagReader(folder)
    assert words(bag) == numbers(50)
    assert not bag.complaints


def test_messages_packed_by_zstd_are_read(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        topic = writer.add_topic("/say", TEXT)
        for index in range(20):
            writer.write(topic, index, index, zstandard.compress(text(str(index))))
    write_plain_metadata(tmp_path / "bag", "mcap", ["bag_0.mcap"], 20, compression_mode="MESSAGE")
    assert words(BagReader(tmp_path / "bag")) == numbers(20)


def test_a_missing_file_and_a_wrong_count_are_said(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "bag", 60, split=Split(seconds=0.02))
    (folder / "bag_1.mcap").unlink()
    bag = BagReader(folder)
    assert words(bag) == numbers(20) + numbers(60)[40:]
    assert "bag_1.mcap of the bag is missing" in bag.complaints[0]
    assert "counts 60 messages, 40 could be read" in bag.complaints[1]


@pytest.mark.parametrize(
    ("data", "told"), [(b"", "is empty"), (b"PK\x03\x04 a zip of something", "is no bag"), (b"\x89MCAP", "is no bag")]
)
def test_what_is_no_bag_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    file = tmp_path / "bag_0.mcap"
    file.write_bytes(data)
    with pytest.raises(ResourceError, match=told):
        list(BagReader(file).records())


def test_an_own_type_is_decoded_as_the_bag_defines_it(tmp_path: Path) -> None:
    own = schema_from_text("own_msgs/msg/Grip", "string data\n")
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(writer.add_topic("/grip", own.name, schema=own), 1, 1, text("closed"))
    bag = BagReader(tmp_path / "bag")
    assert words(bag) == ["closed"]
    assert not bag.complaints


def test_a_type_nobody_defines_is_named_when_it_is_decoded(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(
            writer.add_topic("/grip", "own_msgs/msg/Grip", schema=Schema("own_msgs/msg/Grip", "", "")), 1, 1, b"x"
        )
    bag = BagReader(tmp_path / "bag")
    (record,) = bag.records()
    with pytest.raises(ResourceError, match=r"/grip.*own_msgs/msg/Grip is unknown"):
        _ = record.message
    assert "own_msgs/msg/Grip is unknown" in bag.complaints[0]


def test_a_standard_type_of_another_definition_is_named_and_read_as_the_bag_defines_it(tmp_path: Path) -> None:
    other = schema_from_text(TEXT, "string data\nuint8 more\n")
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(writer.add_topic("/say", TEXT, schema=other), 1, 1, text("hello") + b"\x07")
    bag = BagReader(tmp_path / "bag")
    (record,) = bag.records()
    assert record.message.more == 7
    assert "std_msgs/msg/String of the bag differs from the one known here" in bag.complaints[0]


def test_a_hash_that_is_not_that_of_its_definition_is_named(tmp_path: Path) -> None:
    wrong = Schema(TEXT, schema_of(TEXT).text, "RIHS01_" + "0" * 64)
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(writer.add_topic("/say", TEXT, schema=wrong), 1, 1, text("hello"))
    bag = BagReader(tmp_path / "bag")
    assert words(bag) == ["hello"]
    assert "its hash in the bag is RIHS01_000" in bag.complaints[0]


def test_a_message_of_the_wrong_length_is_named_with_its_topic(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(writer.add_topic("/say", TEXT), 1, 1, text("hello")[:6])
    (record,) = BagReader(tmp_path / "bag").records()
    with pytest.raises(ResourceError, match="/say, received at 1 ns: a message of 6 bytes is no std_msgs/msg/String"):
        _ = record.message
