import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.robots.libfranka.stamps import RobotTime

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
delays_ms = st.lists(st.floats(0.0, 20.0), min_size=2, max_size=200)


def stamps_of(ticks_ms: list[int], seen_ns: list[int]) -> list[int]:
    wall = ManualClock()
    mapping, stamps = RobotTime(wall), []
    for tick_ms, now_ns in zip(ticks_ms, seen_ns, strict=True):
        wall.set(now_ns)
        stamps.append(mapping.stamp_ns(tick_ms))
    return stamps


@given(delays_ms, st.integers(0, 10**9))
def test_stamps_increase_with_ticks_and_are_never_in_the_future(delays: list[float], first_ms: int) -> None:
    ticks = [first_ms + 10 * index for index in range(len(delays))]
    due = [START_NS + 10 * index * MS + round(delay * MS) for index, delay in enumerate(delays)]
    seen = [max(due[: index + 1]) for index in range(len(due))]
    stamps = stamps_of(ticks, seen)
    assert (np.diff(stamps) > 0).all()
    # Where ticks were first seen late, stamps go on by single nanoseconds until the robot's time has caught up.
    assert all(stamp <= now + len(stamps) for stamp, now in zip(stamps, seen, strict=True))


@given(delays_ms)
def test_a_late_look_does_not_move_a_stamp(delays: list[float]) -> None:
    ticks = [10 * index for index in range(len(delays) + 1)]
    seen = [START_NS, *(START_NS + 10 * index * MS + round(delay * MS) for index, delay in enumerate(delays, start=1))]
    # Nobody looks at a tick before having looked at the one before.
    seen = [max(seen[: index + 1]) for index in range(len(seen))]
    stamps = stamps_of(ticks, seen)
    told = np.array(stamps[:20]) - START_NS - 10 * MS * np.arange(len(stamps[:20]))
    assert np.abs(told).max() <= 1.0


def test_a_stamp_stands_while_the_robot_does_not_tick() -> None:
    assert len(set(stamps_of([7, 7, 7], [START_NS, START_NS + 5 * MS, START_NS + 900 * MS]))) == 1


def test_a_drift_is_followed() -> None:
    drift = 1.0005
    ticks = list(range(0, 60_000, 10))
    seen = [START_NS + round(tick * MS * drift) for tick in ticks]
    stamps = stamps_of(ticks, seen)
    assert max(now - stamp for stamp, now in zip(stamps, seen, strict=True)) < MS


def test_a_clock_that_was_set_and_a_robot_that_counts_anew_begin_anew() -> None:
    seen = [START_NS, START_NS + 10 * MS, START_NS - 10_000 * MS, START_NS + 10_000 * MS, START_NS + 10_010 * MS]
    assert stamps_of([0, 10, 20, 30, 3], seen) == seen
