"""On floats and on arrays, rotations are the same."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control import quaternions
from diffpol_ros.core import spatial

VECTORS = st.tuples(*[st.floats(-3.0, 3.0)] * 3)


@given(VECTORS, VECTORS)
def test_floats_multiply_as_arrays_do(left: tuple[float, ...], right: tuple[float, ...]) -> None:
    first, second = quaternions.exponential(left), quaternions.exponential(right)
    assert np.allclose(first, spatial.quaternion_from_rotation_vector(np.array(left)))
    expected = spatial.multiply_quaternions(np.array(first), np.array(second))
    assert np.allclose(quaternions.product(first, second), expected)
    assert np.allclose(quaternions.product(first, quaternions.conjugate(first)), [0.0, 0.0, 0.0, 1.0])


@given(VECTORS)
def test_the_axes_of_a_rotation_give_it_back(vector: tuple[float, ...]) -> None:
    expected = quaternions.exponential(vector)
    found = quaternions.from_axes(*spatial.matrix_from_quaternion(np.array(expected)).T.tolist())
    assert abs(abs(np.dot(found, expected)) - 1.0) < 1e-9 and found[3] >= 0.0


@given(VECTORS)
def test_the_logarithm_is_the_shortest_rotation_vector(vector: tuple[float, ...]) -> None:
    rotation = quaternions.exponential(vector)
    found = quaternions.logarithm(rotation)
    assert np.allclose(found, spatial.rotation_vector(np.array(rotation)))
    assert math.hypot(*found) <= math.pi + 1e-12
    assert np.allclose(found, quaternions.logarithm([-number for number in rotation]), atol=1e-6) or (
        math.hypot(*found) > math.pi - 1e-6
    )
