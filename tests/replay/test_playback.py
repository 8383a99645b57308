"""What is due when so much time has passed: every message once, in order, never ahead of the time on /clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.playback import STILL_NS, TICK_NS, Playback, Tick
from diffpol_ros.replay.tape import Entry, along
from tests.replay.synthetic import MS, START_NS

STEP_NS = 5 * MS
STEPS = st.lists(st.integers(0, 200 * MS), min_size=1, max_size=40)


@dataclass(frozen=True)
class Messages:
    """A tape of messages received at these times after its beginning [ns]."""

    received_ns: Sequence[int]

    def entries(self, position_ns: int = 0) -> Iterator[Entry]:
        records = (Record("/say", "", START_NS + each, START_NS + each, b"") for each in self.received_ns)
        return (entry for entry in along(records) if entry.position_ns >= position_ns)


def tape(steps_ns: Sequence[int]) -> Messages:
    return Messages([sum(steps_ns[:index]) for index in range(len(steps_ns) + 1)])


def run(playback: Playback, seconds: float, step_ns: int = STEP_NS) -> list[Tick | Record]:
    """Return what is due within so much real time."""
    return [due for _ in range(round(to_ns(seconds) / step_ns)) for due in playback.advance(step_ns)]


def to_the_end(playback: Playback, step_ns: int = STEP_NS) -> list[Tick | Record]:
    """Return all that is due until it has ended."""
    due: list[Tick | Record] = []
    for _ in range(100_000):
        if playback.ended:
            return due
        due += playback.advance(step_ns)
    raise AssertionError("it never ends")


def records(due: Sequence[Tick | Record]) -> list[int]:
    return [each.log_ns - START_NS for each in due if isinstance(each, Record)]


def clock(due: Sequence[Tick | Record]) -> list[int]:
    return [each.clock_ns - START_NS for each in due if isinstance(each, Tick)]


@given(STEPS, st.sampled_from([MS, 5 * MS, 50 * MS]), st.sampled_from([0.1, 1.0, 7.0]))
def test_every_message_comes_once_in_its_order_however_time_passes(
    steps_ns: list[int], step_ns: int, speed: float
) -> None:
    messages = tape(steps_ns)
    assert records(to_the_end(Playback(messages, speed=speed), step_ns)) == list(messages.received_ns)


@given(STEPS)
def test_time_ticks_every_ten_milliseconds_and_no_message_comes_before_its_time(steps_ns: list[int]) -> None:
    due = to_the_end(Playback(tape(steps_ns)))
    told = clock(due)
    assert told == [index * TICK_NS for index in range(len(told))]
    now_ns = -1
    for each in due:
        if isinstance(each, Tick):
            now_ns = each.clock_ns - START_NS
        else:
            assert 0 <= now_ns <= each.log_ns - START_NS <= now_ns + TICK_NS


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
def test_speed_is_bag_time_a_second(speed: float) -> None:
    playback = Playback(tape([10 * MS] * 1000), speed=speed)
    run(playback, 1.0 + 2e-9 * STILL_NS)
    assert playback.position_ns == pytest.approx(speed * 1e9, abs=0.03 * speed * 1e9)


def test_paused_nothing_comes_and_nothing_is_lost() -> None:
    messages = tape([10 * MS] * 100)
    playback = Playback(messages)
    before = run(playback, 1.0)
    playback.paused = True
    assert run(playback, 5.0) == []
    playback.paused = False
    assert records([*before, *to_the_end(playback)]) == list(messages.received_ns)


@pytest.mark.parametrize("goal_s", [0.1, 0.9])
def test_a_seek_is_still_then_tells_the_time_then_is_still_and_goes_on_from_there(goal_s: float) -> None:
    playback = Playback(tape([10 * MS] * 100))
    run(playback, 2e-9 * STILL_NS + 0.5)
    playback.seek(to_ns(goal_s))
    assert run(playback, 1e-9 * STILL_NS) == []
    assert clock(run(playback, 1e-9 * STILL_NS)) == [to_ns(goal_s)]
    after = to_the_end(playback)
    assert records(after) == list(range(to_ns(goal_s), to_ns(1.0) + 1, 10 * MS))
    assert clock(after)[0] == to_ns(goal_s) + TICK_NS


def test_a_seek_while_paused_tells_the_time_there_and_waits() -> None:
    playback = Playback(tape([10 * MS] * 100))
    playback.paused = True
    run(playback, 1.0)
    playback.seek(to_ns(0.5))
    assert clock(run(playback, 2.0)) == [to_ns(0.5)]
    assert playback.position_ns == to_ns(0.5)


def test_it_begins_where_it_is_told_to() -> None:
    due = to_the_end(Playback(tape([10 * MS] * 100), to_ns(0.6)))
    assert records(due)[0] == to_ns(0.6) == clock(due)[0]


def test_a_loop_begins_again_as_a_seek_does() -> None:
    messages = tape([10 * MS] * 20)
    playback = Playback(messages, loop=True)
    due = run(playback, 3 * (0.2 + 2e-9 * STILL_NS) + 0.05)
    assert playback.rounds == 3 and not playback.ended
    assert records(due)[: 3 * 21] == 3 * list(messages.received_ns)
    assert clock(due).count(0) >= 3


def test_where_the_bags_clock_leaps_so_does_the_time_with_silence_around() -> None:
    playback = Playback(Messages([0, 10 * MS, to_ns(-60.0), to_ns(-60.0) + 10 * MS]))
    due: list[tuple[int, Tick | Record]] = []
    for step in range(400):
        due += [(step, each) for each in playback.advance(STEP_NS)]
    assert playback.ended
    assert records([each for _, each in due]) == [0, 10 * MS, to_ns(-60.0), to_ns(-60.0) + 10 * MS]
    (leap,) = (index for index, (_, each) in enumerate(due) if each == Tick(START_NS - to_ns(60.0)))
    still_steps = STILL_NS // STEP_NS
    assert due[leap][0] - due[leap - 1][0] >= still_steps and due[leap + 1][0] - due[leap][0] >= still_steps


def test_what_is_wound_on_after_the_end_plays_again() -> None:
    playback = Playback(tape([10 * MS] * 10))
    to_the_end(playback)
    playback.seek(0)
    assert not playback.ended and len(records(to_the_end(playback))) == 11
