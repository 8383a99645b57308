"""A bag that was cut is made whole: nothing that can be read is lost, nothing is invented, nothing is touched."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import SeekingReader
from rosbags.highlevel import AnyReader

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.bag_repair import faults, repair
from diffpol_ros.replay.bag_writer import BagWriter, Split
from diffpol_ros.replay.mcap_file import MAGIC
from diffpol_ros.replay.schemas import schema_of
from tests.replay.bags import TEXT, text, write_sqlite, write_texts

COUNT = 200


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_texts(tmp_path_factory.mktemp("good") / "bag", COUNT)


@pytest.fixture(scope="module")
def messages(good: Path) -> list[Record]:
    return list(BagReader(good).records())


def cut(good: Path, folder: Path, size: int) -> Path:
    """Give the bag as a kill leaves it: its file cut, no metadata."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    data = next(good.glob("*.mcap")).read_bytes()
    (folder / "bag_0.mcap").write_bytes(data[:size])
    return folder


def digest(folder: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()))).hexdigest()


def repaired(torn: Path) -> list[Record]:
    """Return the messages of the repaired bag; none where it is refused, as it then must say why."""
    output = torn.with_name("new")
    shutil.rmtree(output, ignore_errors=True)
    if not (torn / "bag_0.mcap").read_bytes().startswith(MAGIC):
        with pytest.raises(ResourceError, match=r"is empty|is no bag"):
            repair(torn, output)
        return []
    result = repair(torn, output)
    assert result.folder == output
    assert not faults(output)
    found = list(BagReader(output).records())
    assert len(found) == result.messages
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(share=st.floats(0.0, 0.999))
def test_a_bag_cut_at_any_byte_gives_its_beginning_and_nothing_else(
    share: float, good: Path, messages: list[Record], tmp_path: Path
) -> None:
    torn = cut(good, tmp_path / "torn", int(share * next(good.glob("*.mcap")).stat().st_size))
    before = digest(torn)
    found = repaired(torn)
    assert found == messages[: len(found)]
    assert digest(torn) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(share=st.floats(0.0, 0.999), flipped=st.integers(1, 255))
def test_a_byte_that_was_changed_never_changes_a_message(
    share: float, flipped: int, good: Path, messages: list[Record], tmp_path: Path
) -> None:
    data = bytearray(next(good.glob("*.mcap")).read_bytes())
    data[int(share * len(data))] ^= flipped
    torn = tmp_path / "torn"
    torn.mkdir(exist_ok=True)
    (torn / "bag_0.mcap").write_bytes(data)
    found = repaired(torn)
    assert set(found) <= set(messages)
    assert len(found) == len(set(found))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(share=st.floats(0.05, 0.95), tail=st.binary(max_size=300))
def test_rubbish_behind_the_cut_is_no_message(
    share: float, tail: bytes, good: Path, messages: list[Record], tmp_path: Path
) -> None:
    torn = cut(good, tmp_path / "torn", int(share * next(good.glob("*.mcap")).stat().st_size))
    file = torn / "bag_0.mcap"
    file.write_bytes(file.read_bytes() + tail)
    found = repaired(torn)
    assert set(found) <= set(messages)


def test_what_was_packed_into_the_torn_chunk_is_recovered_too(tmp_path: Path) -> None:
    random = [np.random.default_rng(index).bytes(6000).hex() for index in range(100)]
    with BagWriter(tmp_path / "bag", chunk_bytes=1 << 30) as writer:
        topic = writer.add_topic("/say", TEXT)
        for index, words in enumerate(random):
            writer.write(topic, index, index, text(words))
    size = next((tmp_path / "bag").glob("*.mcap")).stat().st_size
    found = repaired(cut(tmp_path / "bag", tmp_path / "torn", int(0.9 * size)))
    assert 10 < len(found) < 100
    assert [record.message.data for record in found] == random[: len(found)]


def test_what_was_lost_is_told_in_bytes_and_seconds(good: Path, tmp_path: Path) -> None:
    size = next(good.glob("*.mcap")).stat().st_size
    result = repair(cut(good, tmp_path / "torn", size // 2), tmp_path / "new")
    assert 0 < result.lost_bytes < size // 2
    assert 0 <= result.lost_s < 0.1
    assert any("did not end in order" in complaint for complaint in result.complaints)


def test_a_good_bag_is_left_alone(good: Path, tmp_path: Path) -> None:
    assert repair(good, tmp_path / "new").folder is None
    assert not (tmp_path / "new").exists()


def test_other_tools_read_the_repaired_bag(good: Path, tmp_path: Path) -> None:
    size = next(good.glob("*.mcap")).stat().st_size
    repair(cut(good, tmp_path / "torn", size // 2), tmp_path / "new")
    with AnyReader([tmp_path / "new"]) as reader:
        assert {connection.topic for connection in reader.connections} == {"/even", "/odd"}
        assert reader.message_count == sum(1 for _ in BagReader(tmp_path / "new").records())
    with (tmp_path / "new" / "new_0.mcap").open("rb") as stream:
        assert SeekingReader(stream, validate_crcs=True).get_summary()


def test_qualities_and_hashes_are_kept(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.write(writer.add_topic("/say", TEXT, "- history: 1\n"), 1, 1, text("hello"))
    size = next((tmp_path / "bag").glob("*.mcap")).stat().st_size
    repair(cut(tmp_path / "bag", tmp_path / "torn", size - 1), tmp_path / "new")
    told = yaml.safe_load((tmp_path / "new" / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    (topic,) = told["topics_with_message_count"]
    assert topic["topic_metadata"]["offered_qos_profiles"] == "- history: 1\n"
    assert topic["topic_metadata"]["type_description_hash"] == schema_of(TEXT).digest


def test_a_split_bag_keeps_its_files(tmp_path: Path) -> None:
    bag = write_texts(tmp_path / "bag", COUNT, split=Split(seconds=0.05))
    files = sorted(bag.glob("*.mcap"))
    files[-1].write_bytes(files[-1].read_bytes()[:-100])
    (bag / "metadata.yaml").unlink()
    result = repair(bag, tmp_path / "new")
    assert len(list((tmp_path / "new").glob("*.mcap"))) == len(files) == 4
    assert result.messages == COUNT


def test_a_damaged_index_alone_is_made_anew(good: Path, tmp_path: Path) -> None:
    bag = Path(shutil.copytree(good, tmp_path / "bag"))
    file = next(bag.glob("*.mcap"))
    data = bytearray(file.read_bytes())
    data[-60] ^= 0xFF
    file.write_bytes(data)
    result = repair(bag, tmp_path / "new")
    assert result.messages == COUNT
    assert result.lost_bytes == 0
    assert "index" in result.complaints[0]


def test_a_cut_database_is_refused_for_half_a_message_would_look_like_a_whole_one(tmp_path: Path) -> None:
    bag = write_sqlite(tmp_path / "bag", 3000)
    file = next(bag.glob("*.db3"))
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(ResourceError, match=r"is cut short: .* bytes, .*\.recover"):
        repair(bag, tmp_path / "new")
    assert not (tmp_path / "new").exists()
