"""A stage run again from its journal does the same bit by bit; where it does not, that is found and named."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as some

from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.journal.reading import read_journals
from tests.core.journal.stage import Live, replay

NUMBERS = some.floats(-1e9, 1e9)


class VendorLate(RobotLate):
    """An error of a backend that a replay does not know."""

    name = "vendor"


@given(some.lists(some.tuples(NUMBERS | some.just(VendorLate("late")), NUMBERS), min_size=1, max_size=12))
def test_whatever_a_stage_hears_it_replays_bit_by_bit(script: list[tuple[float | Exception, float]]) -> None:
    live = Live(*[answer for answer, _ in script])
    for _, more in script:
        live.add(more)
    played = replay(live.texts)
    assert len(played) == len(script)
    assert [each.difference for each in played] == [None] * len(script)


def test_another_setting_is_found_at_the_first_call() -> None:
    live = Live(1.0, 2.0)
    live.add(0.0)
    live.add(0.0)
    first = replay(live.texts, gain=0.3000001)[0].difference
    assert first is not None and first.field == "add.position[0]"
    assert first.size == pytest.approx(1e-7)


def test_an_error_that_is_raised_is_compared_too() -> None:
    live = Live(1e9)
    live.add(0.0)
    (played,) = replay(live.texts)
    assert played.difference is None and played.outcome == {
        "raised": ["RobotError", "RobotError", "robot_refused", "too much at 100000005"]
    }


def test_only_the_calls_own_thread_and_only_calls_are_noted() -> None:
    live = Live(1.0)
    assert live.journal.ask("steady", lambda: 3) == 3
    elsewhere: list[int] = []

    def work() -> None:
        thread = threading.Thread(target=lambda: elsewhere.append(live.journal.ask("steady", lambda: 4)))
        thread.start()
        thread.join()

    live.journal.call("add", work)
    (line,) = live.journal.take()
    assert elsewhere == [4] and ",[],null]" in line


def test_what_an_answer_asks_in_turn_is_not_noted() -> None:
    live = Live()
    live.journal.call("home", lambda: live.journal.ask("home", lambda: live.journal.ask("wanted", lambda: True)))
    (line,) = live.journal.take()
    assert "home" in line and "wanted" not in line


def test_a_call_into_which_another_threads_call_falls_ends_what_can_be_judged() -> None:
    live = Live(1.0, 2.0)
    live.add(0.0)

    def work() -> None:
        thread = threading.Thread(target=lambda: live.journal.call("stop", lambda: None))
        thread.start()
        thread.join()

    live.journal.call("add", work)
    live.texts += live.journal.take()
    live.add(0.0)
    (recorded,) = read_journals(live.texts)
    assert [len(stretch.sealed) for stretch in recorded.stretches] == [1, 1]
    assert "two threads" in recorded.complaints[0]


def test_a_call_within_a_call_is_part_of_it() -> None:
    live = Live()
    live.journal.call("outer", lambda: live.journal.call("inner", lambda: None))
    (line,) = live.journal.take()
    assert "outer" in line and "inner" not in line


def test_an_error_goes_on_to_whoever_called() -> None:
    live = Live(RobotError("no"))
    with pytest.raises(RobotError, match="no"):
        live.journal.call("add", lambda: live.adder.add(0.0), 0.0)
