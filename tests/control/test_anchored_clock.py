"""The system's clock may jump; the anchored one does not until it is told to."""

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.core.clock import ManualClock, to_ns


def test_a_jump_of_the_system_clock_is_seen_only_at_the_next_anchor() -> None:
    system, steady = ManualClock(to_ns(1000.0)), ManualClock(to_ns(5.0))
    clock = AnchoredClock(system, steady)
    system.advance(10.0)
    steady.advance(0.5)
    assert clock.now_ns() == to_ns(1000.5)
    clock.anchor()
    assert clock.now_ns() == to_ns(1010.0)
