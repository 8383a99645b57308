from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.calibrate.clock_offset import Poll, clock_offset
from diffpol_ros.core.clock import to_ns

START_NS = 1_700_000_000_000_000_000
trips = st.lists(st.tuples(st.floats(2e-4, 0.02), st.floats(0.0, 1.0), st.floats(0.0, 0.001)), min_size=20, max_size=60)


def polls(offset: float, seen: list[tuple[float, float, float]]) -> list[Poll]:
    """Return polls that took a time each, at a share of which the state was read, itself so old [s]."""
    found = []
    for index, (trip, share, age) in enumerate(seen):
        asked_ns = START_NS + to_ns(0.01 * index)
        stamp_ns = asked_ns + to_ns(trip * share - age + offset)
        found.append(Poll(asked_ns, asked_ns + to_ns(trip), stamp_ns))
    return found


@given(trips)
def test_one_clock_is_never_corrected(seen: list[tuple[float, float, float]]) -> None:
    assert clock_offset(polls(0.0, seen)) == 0.0


@given(trips, st.one_of(st.floats(0.05, 5.0), st.floats(-5.0, -0.05)))
def test_a_clock_that_is_off_is_known_to_half_a_round_trip(
    seen: list[tuple[float, float, float]], offset: float
) -> None:
    found = clock_offset(polls(offset, [(0.002, share, age) for _, share, age in seen]))
    assert abs(found - offset) < 0.0025
