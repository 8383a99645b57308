"""A copy of a bag holds what was chosen of it, as it was, and is a bag like any other."""

from pathlib import Path

from diffpol_ros.replay.bag_copy import copy_bag
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.bag_repair import faults
from diffpol_ros.replay.schemas import schema_from_text
from tests.replay.bags import text, write_sqlite, write_texts

OWN = "robot_msgs/msg/Word"


def whole(record: Record) -> bytes:
    return record.data


def test_a_copy_of_all_is_the_same(tmp_path: Path) -> None:
    bag = BagReader(write_texts(tmp_path / "bag", 60))
    copy_bag(bag, tmp_path / "copy", whole)
    assert list(BagReader(tmp_path / "copy").records()) == list(bag.records())
    assert not faults(tmp_path / "copy")


def test_what_is_left_out_or_changed_is_only_what_was_chosen(tmp_path: Path) -> None:
    bag = BagReader(write_texts(tmp_path / "bag", 60))
    copy_bag(bag, tmp_path / "copy", lambda record: None if record.topic == "/odd" else text("x"))
    copied, records = BagReader(tmp_path / "copy"), list(bag.records(["/even"]))
    assert copied.topics() == {"/even": "std_msgs/msg/String"}
    assert [each.message.data for each in copied.records()] == ["x"] * 30
    assert [each.log_ns for each in copied.records()] == [each.log_ns for each in records]


def test_a_type_of_the_bags_own_is_copied_with_its_definition(tmp_path: Path) -> None:
    schema = schema_from_text(OWN, "string data\n")
    bag = BagReader(write_sqlite(tmp_path / "bag", 5, schema=schema))
    copy_bag(bag, tmp_path / "copy", whole)
    copied = BagReader(tmp_path / "copy")
    assert [each.message.data for each in copied.records()] == [each.message.data for each in bag.records()]
    assert copied.topics() == {"/say": OWN}


def test_what_is_wrong_with_a_bag_is_known_after_it_was_copied(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "bag", 300)
    file = next(folder.glob("*.mcap"))
    file.write_bytes(file.read_bytes()[:-400])
    bag = BagReader(folder)
    copy_bag(bag, tmp_path / "copy", whole)
    assert any("not whole" in complaint for complaint in bag.complaints)
    assert not BagReader(tmp_path / "copy").complaints
