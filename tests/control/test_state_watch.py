"""A state's age is told by its stamp moving, not by comparing the robot's clock with ours."""

from diffpol_ros.control.state_watch import StateWatch
from tests.control.arm import START_NS, InstantArm

ARM = InstantArm()


def test_a_stamp_that_moves_is_fresh_whatever_the_robots_clock_says() -> None:
    watch, hour_ns = StateWatch(), 3_600_000_000_000
    watch.observe(START_NS, ARM.state(START_NS - hour_ns))
    assert watch.observe(START_NS + 10, ARM.state(START_NS - hour_ns + 10)) == 0


def test_a_stamp_that_stands_grows_old() -> None:
    watch = StateWatch()
    assert watch.observe(START_NS, ARM.state(START_NS)) == 0
    assert watch.observe(START_NS + 60, ARM.state(START_NS)) == 60


def test_only_the_newest_stamp_moves_time_on() -> None:
    """Pinned: any change of the stamp was a tick, so that two old states in turn were fresh for ever."""
    watch = StateWatch()
    ages = [watch.observe(START_NS + tick, ARM.state(START_NS - tick % 2)) for tick in range(10)]
    assert ages == list(range(10))


def test_a_stamp_that_goes_back_while_nothing_moves_is_of_a_robot_started_anew() -> None:
    watch = StateWatch()
    watch.observe(START_NS, ARM.state(START_NS))
    assert watch.observe(START_NS + 10, ARM.state(START_NS - 50), armed=False) == 60
    assert watch.observe(START_NS + 20, ARM.state(START_NS - 40)) == 0


def test_of_the_first_state_the_clocks_are_compared_both_ways() -> None:
    assert StateWatch().observe(START_NS, ARM.state(START_NS - 70)) == 70
    assert StateWatch().observe(START_NS, ARM.state(START_NS + 70)) == 70


def test_after_forgetting_the_next_state_is_a_first_one() -> None:
    watch = StateWatch()
    watch.observe(START_NS, ARM.state(START_NS))
    watch.forget()
    assert watch.observe(START_NS, ARM.state(START_NS - 5)) == 5
