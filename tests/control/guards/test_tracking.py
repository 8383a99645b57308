"""A lag that a moving arm may have passes, one that lasts or leaps does not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.guards.tracking import Tracking
from diffpol_ros.core.clock import to_ns
from tests.control.arm import PANDA

LIMITS = PANDA.safety.tracking
TICK_NS = to_ns(0.01)
SAMPLES = round(LIMITS.persistence / 0.01)


def away(joint: int, by: float) -> np.ndarray:
    error = np.zeros(7)
    error[joint] = by
    return error


@given(st.integers(0, 6), st.sampled_from([-1.0, 1.0]))
def test_what_lasts_is_found_after_the_persistence_and_not_before(joint: int, sign: float) -> None:
    guard, error = Tracking(LIMITS), away(joint, sign * (LIMITS.lasting[joint] + 1e-3))
    found = [guard.judge(index * TICK_NS, error, np.zeros(7)) for index in range(SAMPLES + 1)]
    assert not any(found[:-1])
    assert found[-1] is not None and found[-1].name == "tracking" and f"joint {joint + 1} " in found[-1].reason


@given(st.integers(0, 6))
def test_a_leap_is_found_at_once(joint: int) -> None:
    assert Tracking(LIMITS).judge(0, away(joint, LIMITS.sudden[joint] + 1e-3), np.zeros(7)) is not None


def test_one_good_sample_begins_anew() -> None:
    guard, bad = Tracking(LIMITS), away(0, LIMITS.lasting[0] + 1e-3)
    for index in range(10 * SAMPLES):
        error = np.zeros(7) if index % SAMPLES == 0 else bad
        assert guard.judge(index * TICK_NS, error, np.zeros(7)) is None
