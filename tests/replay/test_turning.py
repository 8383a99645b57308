"""Turns are counted about the parent's axes, and their deviations follow from the covariances."""

import numpy as np
from hypothesis import given

from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector, rotation_vector
from diffpol_ros.core.types import Array
from diffpol_ros.replay.turning import turn_deviations, turns
from tests.core.test_spatial import quaternions, rotation_vectors


@given(quaternions(), rotation_vectors(largest=3.0))
def test_a_turn_is_what_takes_the_start_to_the_orientation(start: Array, vector: Array) -> None:
    turned = multiply_quaternions(quaternion_from_rotation_vector(vector), start)
    (found,) = turns(turned[None], start)
    np.testing.assert_allclose(found, vector, atol=1e-6)


def test_deviations_are_those_of_turns_that_are_drawn_with_the_covariance() -> None:
    generator = np.random.default_rng(1)
    vector, covariance = np.array([0.3, -0.2, 1.4]), np.diag(np.square([0.001, 0.004, 0.002]))
    drawn = generator.multivariate_normal(np.zeros(3), covariance, 20_000)
    turned = quaternion_from_rotation_vector(vector)
    ends = [multiply_quaternions(quaternion_from_rotation_vector(each), turned) for each in drawn]
    spread = np.std([rotation_vector(each) for each in ends], axis=0)
    np.testing.assert_allclose(turn_deviations(vector[None], covariance[None])[0], spread, rtol=0.03)


def test_nothing_has_no_turns() -> None:
    assert turns(np.zeros((0, 4)), np.array([0.0, 0.0, 0.0, 1.0])).shape == (0, 3)
    assert turn_deviations(np.zeros((0, 3)), np.zeros((0, 3, 3))).shape == (0, 3)
