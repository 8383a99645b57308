"""What a bag lacks is told with topic, number and time, and where nothing is known that is told, too."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.bag_summary import summarize_bag
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.loss_watch import NO_END, NO_WORD, OLD_WORD, Lacking, LossWatch
from diffpol_ros.replay.losses import Loss, Losses
from diffpol_ros.replay.schemas import encode
from tests.replay.synthetic import START_NS, header, make

TEXT, DIAGNOSTICS = "std_msgs/msg/String", "diagnostic_msgs/msg/DiagnosticArray"
SECOND = 1_000_000_000
LOST = Losses((Loss("/a", 3, 0, START_NS + SECOND, START_NS + 2 * SECOND), Loss("/b", 0, 1, START_NS, START_NS)))


def text(words: str) -> bytes:
    return encode(make(TEXT, data=words), TEXT)


def diagnosed(**values: str) -> bytes:
    pairs = [make("diagnostic_msgs/msg/KeyValue", key=key, value=value) for key, value in values.items()]
    about = {"level": 0, "name": "recorder", "message": "4 messages dropped", "hardware_id": "", "values": pairs}
    status = make("diagnostic_msgs/msg/DiagnosticStatus", **about)
    return encode(make(DIAGNOSTICS, header=header(START_NS, ""), status=[status]), DIAGNOSTICS)


def lines(*numbers: int) -> bytes:
    return text("\n".join(["H abc {}", *(f"C abc {number} chain [1]" for number in numbers)]))


def lacking(folder: Path, said: Sequence[tuple[str, str, bytes]]) -> Lacking:
    """Return what is known of a bag of these messages, one a second; `bag info` and the report know the same."""
    with BagWriter(folder) as writer:
        kinds = {topic: kind for topic, kind, _ in said}
        numbers = {topic: writer.add_topic(topic, kind) for topic, kind in kinds.items()}
        for index, (topic, _, data) in enumerate(said):
            stamp_ns = START_NS + index * SECOND
            writer.write(numbers[topic], stamp_ns, stamp_ns, data)
    found = load_run(BagReader(folder)).lacking
    assert summarize_bag(folder).lacking == found
    return found


def test_each_topic_is_told_with_its_number_and_its_time(tmp_path: Path) -> None:
    said = [("/x", TEXT, text("x")), ("/robot/recording/losses", TEXT, text(Losses(LOST.each, True).to_text()))]
    found = lacking(tmp_path / "bag", said)
    assert found.told == (
        "3 messages of /a were dropped: the disk, or the machine, was too slow (1.0 to 2.0 s after the beginning)",
        "1 message of /b was sent and did not arrive: the machine was too busy (0.0 to 0.0 s after the beginning)",
    )


def test_a_recorder_that_lost_nothing_to_its_end_is_believed(tmp_path: Path) -> None:
    said = [("/recording/losses", TEXT, text(each.to_text())) for each in (LOST, Losses((), ended=True))]
    found = lacking(tmp_path / "bag", said)
    assert found == Lacking((), "")
    assert found.told[0].startswith("nothing: ")


def test_of_a_recorder_that_was_killed_nobody_knows_what_it_lost_last(tmp_path: Path) -> None:
    found = lacking(tmp_path / "bag", [("/recording/losses", TEXT, text(LOST.to_text()))])
    assert len(found.lost) == 2
    assert found.told[-1] == f"perhaps more: {NO_END}"


@pytest.mark.parametrize(("dropped", "lost"), [("0", ()), ("4", ("its recorder said: 4 messages dropped",))])
def test_bags_of_before_are_known_by_the_recorders_diagnostics(
    tmp_path: Path, dropped: str, lost: tuple[str, ...]
) -> None:
    said = [("/diagnostics", DIAGNOSTICS, diagnosed(received="9", dropped=dropped, missed="0"))]
    assert lacking(tmp_path / "bag", said) == Lacking(lost, OLD_WORD)


def test_a_bag_of_another_recorder_says_nothing_of_losses(tmp_path: Path) -> None:
    found = lacking(tmp_path / "bag", [("/x", TEXT, text("x")), ("/recording/losses", TEXT, text("what?"))])
    assert found == Lacking((), NO_WORD)
    assert found.told == (f"nothing that is known: {NO_WORD}",)


def test_gaps_in_a_journals_numbers_are_losses_and_repeated_or_late_lines_are_not(tmp_path: Path) -> None:
    journal = ("/bridge/journal", TEXT)
    said = [(*journal, lines(5, 6, 8)), (*journal, lines(7, 6, 9)), (*journal, lines(12, 13)), (*journal, lines(15))]
    whole = lacking(tmp_path / "whole", said[:2])
    assert whole.lost == ()
    assert lacking(tmp_path / "one", said[:3]).lost == (
        "/bridge/journal lacks 2 of its lines, before line 12, 2.0 s after the beginning",
    )
    assert lacking(tmp_path / "two", said).lost == (
        "/bridge/journal lacks 3 of its lines in 2 gaps, the first before line 12, 2.0 s after the beginning",
    )


@pytest.mark.parametrize("topic", ["/diagnostics", "/bridge/journal", "/recording/losses"])
def test_a_topic_of_another_type_says_nothing_of_losses(topic: str) -> None:
    watch = LossWatch()
    watch.take(Record(topic, "geometry_msgs/msg/PoseStamped", 1, 1, b""))
    assert watch.lacking() == Lacking((), NO_WORD)
