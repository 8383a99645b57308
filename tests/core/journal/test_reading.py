"""A journal with a hole, an altered one and a cut one are seen, and what is whole of them is still read."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from diffpol_ros.core.journal.reading import read_journals
from diffpol_ros.core.journal.values import JournalError
from tests.core.journal.stage import Live, replay


def texts(count: int = 6) -> list[str]:
    live = Live(*range(count))
    for more in range(count):
        live.add(float(more))
    return live.texts


@given(some.integers(1, 6), some.integers(0, 10_000), some.integers(0, 6))
def test_an_altered_line_never_passes(place: int, at: int, bit: int) -> None:
    lines = texts()
    body = lines[place].split(" ", 4)[4]
    at %= len(body)
    altered = body[:at] + chr(ord(body[at]) ^ (1 << bit)) + body[at + 1 :]
    lines[place] = lines[place].replace(body, altered)
    try:
        (recorded,) = read_journals(lines)
        assert any("altered" in complaint for complaint in recorded.complaints)
    except JournalError:
        pass


@given(some.integers(1, 5), some.integers(1, 3))
def test_a_hole_is_counted_and_what_follows_stands_apart(place: int, size: int) -> None:
    lines = texts()
    kept = lines[:place] + lines[min(place + size, 6) :]
    (recorded,) = read_journals(kept)
    assert recorded.missing == len(lines) - len(kept)
    assert sum(len(stretch.sealed) for stretch in recorded.stretches) == len(kept) - 1
    assert recorded.stretches[0].whole == (place > 1)
    assert not recorded.stretches[-1].whole


def test_a_line_dropped_or_moved_to_look_whole_is_seen() -> None:
    lines = texts()
    gone = lines[:2] + [line.replace(f" {n} ", f" {n - 1} ", 1) for n, line in enumerate(lines[3:], start=2)]
    assert any("altered" in each for each in read_journals(gone)[0].complaints)


def test_what_is_told_twice_counts_once_and_order_of_heads_does_not_matter() -> None:
    lines = texts()
    assert len(replay([lines[0], "\n".join(lines[:4]), *lines])) == 6
    assert len(replay([*lines[1:], lines[0]])) == 6


def test_a_stage_that_began_anew_is_a_journal_of_its_own() -> None:
    first, second = texts(2), Live(1.0)
    second.clock.advance(1.0)
    second.texts = [second.journal.begin("adder", None, {})]
    second.add(0.0)
    assert [len(each.stretches[0].sealed) for each in read_journals(first + second.texts)] == [2, 1]


def test_an_altered_head_is_seen() -> None:
    lines = texts()
    lines[0] = lines[0].replace("0.3", "0.4")
    complaints = read_journals(lines)[0].complaints
    assert any("head was altered" in each for each in complaints)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["C 12345678 0 ffff [1]"], "without its head"),
        (["X what"], "no line of a journal"),
        (["C 1 x"], "no line of a journal"),
        (['H 1 {"format":99}'], "format 99"),
        (["H 1 []"], "cannot be read"),
        (["H 1 {"], "cannot be read"),
    ],
)
def test_what_is_no_journal_is_refused_by_name(wrong: list[str], told: str) -> None:
    with pytest.raises(JournalError, match=told):
        read_journals(wrong)
