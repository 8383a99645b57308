import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.calibrate.wiggling import WiggleShape

shapes = st.builds(WiggleShape, amplitude=st.floats(0.003, 0.05), duration=st.floats(2.0, 20.0))


@given(shapes)
def test_the_hand_never_strays_farther_than_told(shape: WiggleShape) -> None:
    moved = shape.displacements(shape.times(0.001))
    assert np.abs(moved).max() <= shape.amplitude


@given(shapes)
def test_it_begins_and_ends_at_rest_where_it_was(shape: WiggleShape) -> None:
    times = np.concatenate(([0.0, 1e-3], shape.times(0.001)))
    moved = shape.displacements(times)
    assert moved[:2] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert moved[-50:] == pytest.approx(np.zeros(50), abs=1e-6)


def test_it_is_gentle() -> None:
    shape = WiggleShape()
    moved = shape.displacements(shape.times(0.001))
    assert np.abs(np.diff(moved)).max() / 0.001 < 0.1
    assert np.abs(np.diff(moved, 2)).max() / 0.001**2 < 1.5
