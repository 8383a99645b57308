"""White and wandering part: what must not change the answer, and what must scale it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.noise.split import split

PERIOD = 1.0 / 15.0


def wandering(seed: int, count: int = 400) -> tuple[Array, Array]:
    """Return times and two signals of white deviation 1; the second also wanders, by 2 over a second."""
    random = np.random.default_rng(seed)
    times, wander, fading = PERIOD * np.arange(count, dtype=np.float64), np.zeros(count), np.exp(-PERIOD)
    for index in range(count):
        before = wander[index - 1] if index else random.normal(0.0, 2.0)
        wander[index] = fading * before + 2.0 * np.sqrt(1.0 - fading**2) * random.normal()
    white = random.normal(size=(count, 2))
    return np.asarray(times, dtype=np.float64), white + np.stack([np.zeros(count), wander], axis=1)


@settings(max_examples=10, derandomize=True)
@given(st.integers(0, 999), st.floats(-100.0, 100.0), st.floats(1e-4, 1e3))
def test_a_constant_changes_nothing_and_a_unit_scales_everything(seed: int, constant: float, unit: float):
    times, values = wandering(seed)
    one, other = split(times, values), split(times + 1e3, unit * (values + constant))
    np.testing.assert_allclose(unit * one.white, other.white, rtol=1e-4)
    np.testing.assert_allclose(unit * one.drift, other.drift, rtol=1e-4)
    np.testing.assert_allclose(one.drift_time, other.drift_time, rtol=1e-4)


@settings(max_examples=10, derandomize=True)
@given(st.integers(0, 999))
def test_axes_do_not_touch_each_other(seed: int):
    times, values = wandering(seed)
    together = split(times, values)
    for axis in range(2):
        alone = split(times, values[:, axis : axis + 1])
        assert together.white[axis] == pytest.approx(alone.white[0], rel=1e-6)
        assert together.drift[axis] == pytest.approx(alone.drift[0], rel=1e-6)


@settings(max_examples=10, derandomize=True)
@given(st.integers(0, 999), st.floats(0.1, 0.6))
def test_lost_frames_leave_the_answer_what_it_was(seed: int, lost: float):
    times, values = wandering(seed, 1500)
    kept = np.random.default_rng(seed).random(len(times)) >= lost
    found = split(times[kept], values[kept])
    assert found.white == pytest.approx([1.0, 1.0], rel=0.2)
    assert found.drift[0] < 0.7 and found.drift[1] == pytest.approx(2.0, rel=0.4)


def test_what_does_not_change_at_all_has_no_noise():
    found = split(PERIOD * np.arange(100), np.full((100, 3), 0.7))
    assert np.all(found.white < 1e-8) and np.all(found.drift == 0.0)
