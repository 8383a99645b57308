"""Tangents make a cubic spline where it keeps between its points, and bound it where it would not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.tangents import STEEPEST, bounded_tangents

MOVES = arrays(np.float64, (5, 2), elements=st.floats(-1.0, 1.0))
DURATIONS = arrays(np.float64, 5, elements=st.floats(0.01, 0.2))
NO_SLACK = np.zeros(2)


@given(MOVES, DURATIONS)
def test_no_tangent_is_steeper_than_its_neighbours_allow_or_points_against_them(
    moves: np.ndarray, durations: np.ndarray
) -> None:
    tangents, slopes = bounded_tangents(moves, durations, np.zeros(2), NO_SLACK), moves / durations[:, None]
    for side in (slopes[:-1], slopes[1:]):
        assert (np.abs(tangents[1:-1]) <= STEEPEST * np.abs(side) + 1e-12).all()
        assert (tangents[1:-1] * side >= 0.0).all()


@given(arrays(np.float64, 2, elements=st.floats(-1.0, 1.0)))
def test_it_starts_as_told_and_ends_at_rest(start: np.ndarray) -> None:
    tangents = bounded_tangents(np.ones((3, 2)), np.full(3, 0.1), start, NO_SLACK)
    assert (tangents[0] == start).all() and (tangents[-1] == 0.0).all()


def test_where_nothing_overshoots_accelerations_are_continuous() -> None:
    durations, moves = np.array([0.1, 0.1, 0.2]), np.array([[0.02, 0.01], [0.05, 0.01], [0.06, 0.02]])
    tangents = bounded_tangents(moves, durations, np.array([0.1, 0.1]), NO_SLACK)
    slopes = moves / durations[:, None]
    ends = (2 * tangents[:-1] + 4 * tangents[1:] - 6 * slopes) / durations[:, None]
    begins = (6 * slopes - 4 * tangents[:-1] - 2 * tangents[1:]) / durations[:, None]
    assert np.allclose(ends[:-1], begins[1:])
