"""Bags in other shapes than this package writes them, for tests."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import yaml

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter, Split
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.schemas import Schema, encode, schema_of
from diffpol_ros.replay.topic_writer import RecordedTopic
from tests.replay.synthetic import START_NS, make

TEXT = "std_msgs/msg/String"
MILLISECOND = 1_000_000


def text(words: str) -> bytes:
    """Return a String as CDR."""
    return encode(make(TEXT, data=words), TEXT)


def write_texts(
    folder: Path, count: int, *, size: int = 10, chunk_bytes: int = 2000, split: Split | None = None
) -> Path:
    """Write a bag of numbered texts on /even and /odd, one a millisecond."""
    with BagWriter(folder, chunk_bytes=chunk_bytes, split=split) as writer:
        topics = [writer.add_topic(topic, TEXT) for topic in ("/even", "/odd")]
        for index in range(count):
            stamp = START_NS + index * MILLISECOND
            writer.write(topics[index % 2], stamp, stamp - 5, text(f"{index} " + "x" * size))
    return folder


def write_sqlite(folder: Path, count: int, *, files: int = 1, schema: Schema | None = None) -> Path:
    """Write what `ros2 bag record -s sqlite3` of Jazzy does: numbered texts on /say, in so many files."""
    folder.mkdir()
    schema = schema or schema_of(TEXT)
    names = [f"{folder.name}_{number}.db3" for number in range(files)]
    share = count // files
    for number, name in enumerate(names):
        _write_database(folder / name, range(number * share, (number + 1) * share), schema)
    write_plain_metadata(folder, "sqlite3", names, share * files)
    return folder


def write_packed(folder: Path, bag: BagReader, packing: ImageFormat) -> Path:
    """Write what is in `bag` as a recorder does that packs images."""
    recorder = FlightRecorder(folder)
    topics: dict[str, int] = {}
    for each in bag.records():
        if each.topic not in topics:
            topics[each.topic] = recorder.add_topic(RecordedTopic(each.topic, each.type_name, packing=packing))
        assert recorder.put(topics[each.topic], each.log_ns, each.published_ns, each.data)
    recorder.close()
    return folder


def _write_database(path: Path, numbers: Sequence[int], schema: Schema) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE schema(schema_version INTEGER PRIMARY KEY, ros_distro TEXT NOT NULL);"
            "CREATE TABLE metadata(id INTEGER PRIMARY KEY, metadata_version INTEGER NOT NULL, metadata TEXT NOT NULL);"
            "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,"
            " serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL,"
            " type_description_hash TEXT NOT NULL);"
            "CREATE TABLE message_definitions(id INTEGER PRIMARY KEY, topic_type TEXT NOT NULL, encoding TEXT NOT NULL,"
            " encoded_message_definition TEXT NOT NULL, type_description_hash TEXT NOT NULL);"
            "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,"
            " data BLOB NOT NULL);"
            "CREATE INDEX timestamp_idx ON messages (timestamp ASC);"
            "INSERT INTO schema(schema_version, ros_distro) VALUES (4, 'jazzy');"
        )
        database.execute("INSERT INTO topics VALUES (1, '/say', ?, 'cdr', '', ?)", (schema.name, schema.digest))
        told = (schema.name, "ros2msg", schema.text, schema.digest)
        database.execute("INSERT INTO message_definitions VALUES (1, ?, ?, ?, ?)", told)
        rows = [(START_NS + number * MILLISECOND, text(str(number))) for number in numbers]
        database.executemany("INSERT INTO messages(topic_id, timestamp, data) VALUES (1, ?, ?)", rows)
    database.close()


def write_plain_metadata(folder: Path, storage: str, names: Sequence[str], count: int, **more: object) -> None:
    """Write a metadata.yaml that names files, and says what else it is told."""
    told = {"version": 5, "storage_identifier": storage, "relative_file_paths": list(names), "message_count": count}
    (folder / "metadata.yaml").write_text(yaml.safe_dump({"rosbag2_bagfile_information": {**told, **more}}))
