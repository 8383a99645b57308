"""Streams of states: silence, repetition and disorder are named, a single slip is not."""

from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.policy.stream_watch import RESTART_NS, SILENCE_NS, TOLERATED, WINDOW_NS, StreamWatch

PERIOD_NS = to_ns(0.01)
START_NS = 10**18


def flowing(count: int = 10) -> StreamWatch:
    watch = StreamWatch("joint_states")
    for index in range(count):
        assert watch.takes(START_NS + index * PERIOD_NS, index * PERIOD_NS)
    return watch


def test_before_the_first_message_nothing_is_wrong_with_it() -> None:
    watch = StreamWatch("joint_states")
    assert watch.complaint(10**12) == "" and not watch.begun


def test_a_stream_that_flows_is_fine_and_one_that_ends_is_silent() -> None:
    watch, last_ns = flowing(), 9 * PERIOD_NS
    assert watch.complaint(last_ns + SILENCE_NS) == ""
    assert watch.complaint(last_ns + SILENCE_NS + 10**7) == "joint_states has been silent for 0.10 s"


def test_one_message_out_of_order_is_only_dropped() -> None:
    watch = flowing()
    assert not watch.takes(START_NS + PERIOD_NS, 9 * PERIOD_NS)
    assert watch.complaint(9 * PERIOD_NS) == ""


@given(back_ns=st.integers(1, RESTART_NS - 1))
def test_several_out_of_order_are_named_until_order_returns(back_ns: int) -> None:
    watch, now_ns = flowing(), 9 * PERIOD_NS
    for _ in range(TOLERATED):
        assert not watch.takes(START_NS + 9 * PERIOD_NS - back_ns, now_ns)
    assert "joint_states came out of order" in watch.complaint(now_ns)
    later_ns = now_ns + WINDOW_NS
    assert watch.takes(START_NS + later_ns, later_ns)
    assert watch.complaint(later_ns) == ""


def test_repeated_messages_are_named() -> None:
    watch, now_ns = flowing(), 9 * PERIOD_NS
    for _ in range(TOLERATED):
        assert not watch.takes(START_NS + 9 * PERIOD_NS, now_ns)
    assert "came again with an old stamp" in watch.complaint(now_ns)


@given(back_ns=st.integers(RESTART_NS, 10 * RESTART_NS))
def test_a_new_time_is_taken_as_it_comes(back_ns: int) -> None:
    watch, now_ns = flowing(), 10 * PERIOD_NS
    assert watch.takes(START_NS + 9 * PERIOD_NS - back_ns, now_ns)
    assert watch.takes(START_NS + 10 * PERIOD_NS - back_ns, now_ns + PERIOD_NS)
    assert watch.complaint(now_ns + PERIOD_NS) == ""


def test_after_a_reset_nothing_is_remembered() -> None:
    watch = flowing()
    assert watch.begun
    watch.forget()
    assert not watch.begun and watch.complaint(10**12) == "" and watch.takes(START_NS, 10**12)
