"""A tick that hangs is late, then lost; one that ends was neither."""

from diffpol_ros.control.loop_watch import LoopWatch
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns


def test_a_tick_is_late_then_lost_and_fine_again_when_it_ends() -> None:
    watch = LoopWatch(0.05, 0.25)
    assert watch.overdue(to_ns(9.0)) is None
    watch.began(0)
    assert watch.overdue(to_ns(0.05)) is None
    assert watch.overdue(to_ns(0.06)) == Hold("robot_late", "the robot has not answered for 0.06 s")
    assert watch.overdue(to_ns(0.26)) == Stop("robot_lost", "the robot has not answered for 0.26 s")
    watch.ended()
    assert watch.overdue(to_ns(0.26)) is None
