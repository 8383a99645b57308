"""NaN and infinity are found wherever they hide; what is only large is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.guards.finite import find_not_finite, find_state_not_finite
from diffpol_ros.core.types import RobotState

BAD = (np.nan, np.inf, -np.inf)


@given(arrays(np.float64, (3, 4), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_finite_numbers_pass_however_large(values: np.ndarray) -> None:
    assert find_not_finite("these are", values) is None


@given(st.sampled_from(BAD), st.integers(0, 11))
def test_one_bad_number_is_found(bad: float, place: int) -> None:
    values = np.ones(12)
    values[place] = bad
    found = find_not_finite("these are", np.ones(3), values.reshape(3, 4))
    assert found is not None and found.reason == "these are not all finite"
    assert find_not_finite("this is", bad) is not None


@pytest.mark.parametrize("field", range(4))
def test_every_number_of_a_state_counts(field: int) -> None:
    parts: list[object] = [np.zeros(7), np.zeros(7), np.zeros(7), 0.05]
    assert find_state_not_finite(RobotState(0, *parts)) is None  # type: ignore[arg-type]
    parts[field] = np.nan if field == 3 else np.full(7, np.nan)
    assert find_state_not_finite(RobotState(0, *parts)) is not None  # type: ignore[arg-type]
