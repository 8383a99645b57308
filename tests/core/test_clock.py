import time

from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import ManualClock, SteadyClock, SystemClock, to_ns, to_seconds


def test_system_clock_is_the_time_of_day() -> None:
    before = time.time_ns()
    assert before <= SystemClock().now_ns() <= time.time_ns()


def test_steady_clock_is_monotonic_and_shared_by_all_instances() -> None:
    stamps = [SteadyClock().now_ns() for _ in range(100)]
    assert stamps == sorted(stamps)
    assert abs(stamps[-1] - time.monotonic_ns()) < 1_000_000_000


def test_manual_clock_stands_still_until_moved() -> None:
    clock = ManualClock(5)
    assert (clock.now_ns(), clock.now_ns()) == (5, 5)
    clock.advance(0.001)
    assert clock.now_ns() == 1_000_005
    clock.set(3)
    assert clock.now_ns() == 3


@given(st.integers(0, 10**15))
def test_durations_survive_seconds(duration_ns: int) -> None:
    assert abs(to_ns(to_seconds(duration_ns)) - duration_ns) <= 1


def test_advance_adds_up_without_drift() -> None:
    clock = ManualClock()
    for _ in range(1000):
        clock.advance(0.1)
    assert clock.now_ns() == 100_000_000_000
