"""The figures of a loop are those of its last ticks."""

from diffpol_ros.control.loop_timing import KEPT_PERIODS, LoopSummary, LoopTiming
from diffpol_ros.core.clock import to_ns


def test_before_two_ticks_there_is_nothing_to_say() -> None:
    timing = LoopTiming()
    timing.tick(5)
    assert timing.summary() == LoopSummary(0.0, 0.0, 0.0, 0.0)


def test_one_late_tick_shows_in_the_worst_only() -> None:
    timing = LoopTiming()
    for index in range(500):
        timing.tick(to_ns(0.01 * index + (0.03 if index > 250 else 0.0)))
    summary = timing.summary()
    assert round(summary.median_ms, 6) == 10.0 and round(summary.worst_ms, 6) == 40.0
    assert 99.0 < summary.rate < 100.0


def test_old_ticks_are_forgotten() -> None:
    timing = LoopTiming()
    timing.tick(0)
    for index in range(KEPT_PERIODS + 1):
        timing.tick(to_ns(100.0 + 0.01 * index))
    assert round(timing.summary().worst_ms, 6) == 10.0
