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


def test_a_step_holds_until_it_has_been_undone_for_a_while_or_the_clock_is_anchored_again() -> None:
    system, steady = ManualClock(to_ns(1000.0)), ManualClock(to_ns(5.0))
    clock = AnchoredClock(system, steady)
    assert clock.judge() is None
    for jump_s in (10.0, -10.0):
        system.advance(jump_s)
        held = clock.judge()
        assert held is not None and held.name == "clock" and f"{jump_s:+.2f} s" in held.reason
        system.advance(-jump_s)
        assert clock.judge() is not None
        for each in (system, steady):
            each.advance(1.0)
        assert clock.judge() is None
    system.advance(10.0)
    clock.anchor()
    assert clock.judge() is None
