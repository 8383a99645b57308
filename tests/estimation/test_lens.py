"""Distortion and its inverse undo each other, at the borders of wide lenses too."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.estimation.lens import distorted, undistorted
from tests.estimation.scenes import FRONT

LENSES = {
    "barrel": (-0.3, 0.1, 1e-3, -1e-3, 0.0),
    "pincushion": (0.1, 0.02, 0.0, 0.0),
    "wide": (0.2, -0.05, 1e-3, 2e-3, 0.01, 0.1, 0.0, 0.0),
}


@pytest.mark.parametrize("name", LENSES)
@given(column=st.floats(0.0, 639.0), row=st.floats(0.0, 479.0))
def test_the_inverse_is_exact_everywhere_in_the_image(name: str, column: float, row: float) -> None:
    camera = replace(FRONT, fx=330.0, fy=331.0, distortion=LENSES[name])
    pixel = np.array([[column, row]])
    np.testing.assert_allclose(distorted(camera, undistorted(camera, pixel)), pixel, atol=1e-8)


def test_without_distortion_nothing_moves() -> None:
    pixels = np.array([[0.0, 0.0], [639.0, 479.0]])
    np.testing.assert_array_equal(undistorted(FRONT, pixels), pixels)
    np.testing.assert_array_equal(distorted(FRONT, pixels), pixels)


def test_no_pixels_are_no_error() -> None:
    camera = replace(FRONT, distortion=LENSES["barrel"])
    assert undistorted(camera, np.zeros((0, 2))).shape == (0, 2)
