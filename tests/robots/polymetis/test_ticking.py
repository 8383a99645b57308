from diffpol_ros.core.clock import ManualClock
from diffpol_ros.robots.polymetis.ticking import FROZEN_SECONDS, Ticking


def test_only_a_stamp_that_moves_counts_as_a_tick() -> None:
    clock = ManualClock(10**9)
    ticking = Ticking(clock)
    for stamp_ns in range(5):
        ticking.see(stamp_ns)
        clock.advance(0.9 * FROZEN_SECONDS)
        assert not ticking.frozen
    ticking.see(4)
    clock.advance(0.2 * FROZEN_SECONDS)
    assert ticking.frozen


def test_the_robots_time_goes_on_between_stamps() -> None:
    clock = ManualClock(10**9)
    ticking = Ticking(clock)
    ticking.see(7_000)
    clock.advance(0.05)
    assert ticking.robot_time_ns() == 50_007_000
