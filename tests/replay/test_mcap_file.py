"""The file is what mcap's own reader expects, whole or cut."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import SeekingReader
from mcap.stream_reader import StreamReader

from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.mcap_file import McapFile

COUNT = 40


def written(chunk_bytes: int = 1000) -> bytes:
    stream = io.BytesIO()
    file = McapFile(stream, "ros2", chunk_bytes)
    schema = file.add_schema("std_msgs/msg/String", "ros2msg", b"string data")
    channels = [file.add_channel(topic, "cdr", schema, {}) for topic in ("/a", "/b")]
    for index in range(COUNT):
        file.add_message(channels[index % 2], index, index + 1, bytes([index]) * 100)
    file.finish()
    return stream.getvalue()


@pytest.mark.parametrize("chunk_bytes", [1, 1000, 1_000_000])
def test_its_checksums_and_its_index_hold(chunk_bytes: int) -> None:
    whole = written(chunk_bytes)
    assert sum(1 for _ in StreamReader(io.BytesIO(whole), validate_crcs=True).records) > COUNT // 2
    reader = SeekingReader(io.BytesIO(whole), validate_crcs=True)
    summary = reader.get_summary()
    assert summary
    assert summary.statistics
    assert summary.statistics.channel_message_counts == {1: COUNT // 2, 2: COUNT // 2}
    assert [message.log_time for _, _, message in reader.iter_messages(topics="/b")] == list(range(1, COUNT, 2))


def test_a_file_without_messages_is_whole_too() -> None:
    stream = io.BytesIO()
    McapFile(stream, "ros2", 1000).finish()
    assert SeekingReader(io.BytesIO(stream.getvalue())).get_summary() is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.01, 1.0))
def test_a_file_cut_anywhere_gives_its_beginning(tmp_path: Path, share: float) -> None:
    whole = written()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: max(8, int(share * len(whole)))])
    stamps = [record.log_ns for record in BagReader(cut).records()]
    assert stamps == list(range(len(stamps)))
