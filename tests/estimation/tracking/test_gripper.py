"""Fingers that closed on something, on nothing, and that let go."""

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.tracking.gripper import GripperSettings, GripperWatch

STEP_S = 0.01


def fed(widths: list[float]) -> tuple[GripperWatch, list[int]]:
    """Return the watch after widths, one every 10 ms, and when it said that the fingers closed."""
    watch = GripperWatch(GripperSettings())
    return watch, [i for i, width in enumerate(widths) if watch.add(to_ns(i * STEP_S), width)]


def closing(last: float) -> list[float]:
    return [0.08] * 20 + [max(last, 0.08 - 0.001 * i) for i in range(100)]


def test_fingers_that_stop_between_open_and_closed_hold_something() -> None:
    watch, closed = fed(closing(0.06))
    assert len(closed) == 1
    assert watch.hold is not None
    assert watch.hold.width == 0.06
    assert watch.hold.until_ns is None
    # They stood still for 0.1 s, since shortly before the hold begins.
    assert to_ns(0.39) <= watch.hold.since_ns <= to_ns(0.42)


def test_fingers_that_meet_hold_nothing() -> None:
    assert fed(closing(0.0))[0].hold is None


def test_fingers_that_never_moved_hold_nothing() -> None:
    assert fed([0.06] * 100)[0].hold is None


def test_opening_ends_it() -> None:
    watch, _ = fed([*closing(0.06), 0.062, 0.07])
    assert watch.hold is not None
    assert watch.hold.until_ns == to_ns(121 * STEP_S)


def test_what_slips_out_is_no_longer_held() -> None:
    watch, _ = fed([*closing(0.06), 0.03, 0.003])
    assert watch.hold is not None
    assert watch.hold.until_ns is not None


def test_it_can_close_again() -> None:
    _, closed = fed([*closing(0.06), *closing(0.05)])
    assert len(closed) == 2


def test_an_older_width_changes_nothing() -> None:
    watch, _ = fed(closing(0.06))
    assert not watch.add(to_ns(0.5), 0.08)
    assert watch.hold is not None
    assert watch.hold.until_ns is None
