"""An arm that moves on under a Hold or a Stop is caught, however well it moves, and one that brakes first is not."""

import dataclasses

import numpy as np
import pytest

from diffpol_ros.faults.received import Received
from diffpol_ros.faults.rig import Seen
from diffpol_ros.faults.stillness import heard_out, last_arrival_ns, sent_while_still

PERIOD_NS = 10_000_000
LATER_NS = 1_000_000


def row(*ticks: int) -> list[Received]:
    return [Received(tick * PERIOD_NS, np.zeros(7), 0.04, 0.0, tick * PERIOD_NS + LATER_NS) for tick in ticks]


def seen(tick: int, word: str) -> Seen:
    return Seen(tick * PERIOD_NS + LATER_NS, tick * PERIOD_NS, word, "why" if word != "COMMAND" else "", "")


@pytest.mark.parametrize(("word", "said"), [("HOLD", "while the gate said Hold"), ("STOP", "after the Stop")])
def test_what_is_sent_between_it_and_the_next_command_is_counted(word: str, said: str) -> None:
    repeated = [seen(0, "COMMAND"), seen(10, word), seen(20, word), seen(30, "COMMAND")]
    assert list(sent_while_still(row(*range(10), *range(12, 15), *range(30, 40)), repeated)) == [
        f"3 targets were sent {said} why, the first 0.020 s later; {word.lower()}.why came 0.100 s later"
    ]


@pytest.mark.parametrize("word", ["HOLD", "STOP"])
def test_a_last_word_lasts_for_ever(word: str) -> None:
    assert list(sent_while_still(row(*range(500)), [seen(0, "COMMAND"), seen(100, word)]))


def test_braking_first_and_going_on_in_the_tick_of_the_command_is_right() -> None:
    verdicts = [seen(0, "COMMAND"), seen(10, "HOLD"), seen(30, "COMMAND")]
    assert list(sent_while_still(row(*range(10), *range(30, 40)), verdicts)) == []


def test_a_tick_may_fail_in_its_own_stop_but_not_send_in_its_own_hold() -> None:
    assert list(sent_while_still(row(10), [seen(10, "STOP")])) == []
    assert list(sent_while_still(row(10), [seen(10, "HOLD")]))


def test_an_uncertain_stamp_near_an_end_is_no_complaint_and_one_in_the_middle_is() -> None:
    verdicts = [seen(10, "HOLD"), seen(20, "COMMAND")]
    assert list(sent_while_still(row(10, 20), verdicts, slack_ns=PERIOD_NS // 2)) == []
    assert list(sent_while_still(row(15), verdicts, slack_ns=PERIOD_NS // 2))


def test_the_last_arrival_counts_until_the_arm_may_follow_again() -> None:
    verdicts = [seen(0, "COMMAND"), seen(10, "HOLD"), seen(30, "COMMAND")]
    assert last_arrival_ns(row(*range(25), 30, 31), verdicts, verdicts[1]) == 24 * PERIOD_NS + LATER_NS
    assert last_arrival_ns([], verdicts, verdicts[1]) == -1


def test_a_slow_ticks_command_that_is_told_after_the_watchs_hold_stands_where_it_was_decided() -> None:
    told = [seen(0, "HOLD"), seen(15, "HOLD"), seen(10, "COMMAND"), seen(16, "COMMAND")]
    assert list(sent_while_still(row(10, *range(16, 20)), told)) == []
    assert list(sent_while_still(row(10, 12), told)) == []
    assert list(sent_while_still(row(9, 10, 16), told))


def test_a_target_of_a_slow_tick_still_counts_as_the_last_one() -> None:
    told = [seen(0, "COMMAND"), seen(15, "HOLD"), seen(10, "COMMAND"), seen(30, "COMMAND")]
    hanging = [Received(10 * PERIOD_NS, np.zeros(7), 0.04, 0.0, 22 * PERIOD_NS)]
    assert last_arrival_ns([*row(*range(10)), *hanging], told, told[1]) == 22 * PERIOD_NS


def test_a_target_under_way_may_fail_in_its_tick_and_one_long_after_the_hold_may_not() -> None:
    def under_way(tick: int) -> Received:
        return dataclasses.replace(row(tick)[0], certain=False)

    verdicts = [seen(0, "COMMAND"), seen(10, "HOLD"), seen(40, "COMMAND")]
    assert list(sent_while_still([under_way(11)], verdicts)) == []
    assert list(sent_while_still([under_way(38)], verdicts)) == []
    assert list(sent_while_still([under_way(20)], verdicts))


def test_the_gate_is_heard_out_when_it_spoke_of_the_last_target_or_later() -> None:
    hold = seen(10, "HOLD")
    ahead = row(*range(10), 15)
    assert list(sent_while_still(ahead, [hold])) and not heard_out(ahead, [hold])
    told = [hold, seen(15, "COMMAND")]
    assert heard_out(ahead, told) and not list(sent_while_still(ahead, told))
    assert heard_out([], [])
