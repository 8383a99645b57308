"""Every tick is due once, late ones are counted, and hopelessly late ones given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.twin.pacer import LONGEST_CATCH_UP_TICKS, Pacer

MILLISECOND = 1_000_000


@pytest.mark.parametrize(("speed", "tenth"), [(1.0, 10_000_000), (2.0, 5_000_000), (0.1, 100_000_000)])
def test_ticks_are_due_at_the_speed_asked_for(speed: float, tenth: int) -> None:
    pacer = Pacer(speed, 0)
    for _ in range(9):
        pacer.begin_tick(pacer.next_due_ns())
    assert pacer.next_due_ns() == tenth
    assert pacer.statistics.overruns == 0


def test_a_tick_more_than_a_period_late_is_an_overrun_and_those_behind_it_catch_up() -> None:
    pacer = Pacer(1.0, 0)
    for _ in range(3):
        pacer.begin_tick(4 * MILLISECOND)
    statistics = pacer.statistics
    assert statistics.ticks == 3
    assert statistics.overruns == 2
    assert statistics.worst_delay_ns == 3 * MILLISECOND
    assert pacer.next_due_ns() == 4 * MILLISECOND


@given(st.lists(st.integers(0, 400 * MILLISECOND), min_size=1, max_size=50))
def test_ticks_run_and_skipped_add_up_to_the_time_that_passed(naps: list[int]) -> None:
    pacer, now, skipped = Pacer(1.0, 0), 0, 0
    for nap in naps:
        now += nap
        skipped += pacer.skip_missed(now)
        while pacer.next_due_ns() <= now:
            pacer.begin_tick(now)
    statistics = pacer.statistics
    assert statistics.ticks + statistics.skipped == now // MILLISECOND
    assert statistics.skipped == skipped
    assert statistics.worst_delay_ns <= (LONGEST_CATCH_UP_TICKS + 1) * MILLISECOND
