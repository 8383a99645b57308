"""An ellipsoid is the covariance: its axes are the directions, its half axes the deviations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from diffpol_ros.view.objects import ellipsoids

spread = st.floats(1e-5, 1e-2)


@given(st.tuples(spread, spread, spread), st.integers(0, 99))
def test_the_covariance_can_be_read_off_the_ellipsoid(deviations: tuple[float, ...], seed: int) -> None:
    turn = Rotation.random(rng=seed).as_matrix()
    covariance = turn @ np.diag(np.square(deviations)) @ turn.T
    half_axes, quaternions = ellipsoids(covariance[None], 2.0)
    drawn = Rotation.from_quat(quaternions[0]).as_matrix()
    again = drawn @ np.diag(np.square(half_axes[0] / 2.0)) @ drawn.T
    assert np.allclose(again, covariance, atol=1e-9 * np.abs(covariance).max() + 1e-18)
    assert sorted(half_axes[0]) == pytest.approx(sorted(2.0 * np.array(deviations)), rel=1e-6)


def test_no_covariances_are_no_ellipsoids() -> None:
    half_axes, quaternions = ellipsoids(np.zeros((0, 3, 3)), 1.0)
    assert half_axes.shape == (0, 3) and quaternions.shape == (0, 4)
