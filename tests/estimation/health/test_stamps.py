"""Stamps are believed only where they can be true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.health.stamps import StampFault, StampWatch, fault_text

NOW_NS = 1_700_000_000_000_000_000


@pytest.mark.parametrize(
    ("stamp_ns", "fault"),
    [
        (0, StampFault.ZERO),
        (-5, StampFault.ZERO),
        (NOW_NS + to_ns(0.2), StampFault.FUTURE),
        (NOW_NS + to_ns(0.05), None),
        (NOW_NS - to_ns(1.9), None),
        (NOW_NS - to_ns(2.1), StampFault.OLD),
    ],
)
def test_a_stamp_is_compared_with_its_arrival(stamp_ns: int, fault: StampFault | None) -> None:
    assert StampWatch(2.0, 0.1).check(stamp_ns, NOW_NS) is fault


def test_old_images_may_be_allowed() -> None:
    assert StampWatch(0.0, 0.1).check(1, NOW_NS) is None


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=20))
def test_only_increasing_stamps_have_no_fault(stamps_ns: list[int]) -> None:
    watch = StampWatch(0.0, 0.1)
    faults = [watch.check(stamp_ns, 1000) for stamp_ns in stamps_ns]
    assert faults[0] is None
    for before, stamp_ns, fault in zip(stamps_ns, stamps_ns[1:], faults[1:], strict=False):
        expected = StampFault.REPEATED if stamp_ns == before else StampFault.LATE if stamp_ns < before else None
        assert fault is expected


def test_a_refused_stamp_is_not_what_the_next_is_compared_with() -> None:
    watch = StampWatch(2.0, 0.1)
    assert watch.check(NOW_NS + to_ns(9.0), NOW_NS) is StampFault.FUTURE
    assert watch.check(NOW_NS, NOW_NS) is None


def test_every_fault_is_explained_and_only_late_images_are_used() -> None:
    for fault in StampFault:
        assert len(fault_text(fault, NOW_NS + to_ns(0.5), NOW_NS)) > 20
        assert fault.usable == (fault is StampFault.LATE)
    assert "0.500 s in the future" in fault_text(StampFault.FUTURE, NOW_NS + to_ns(0.5), NOW_NS)
