"""Rotations on the device."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.spatial import matrix_from_quaternion, rot6d_from_quaternion
from sim.envs.furniture.rotations import columns_from_quaternion, rows_from_columns


def quaternions(seed: int, count: int = 5) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(count, 4))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@given(st.integers(0, 2**32))
def test_columns_are_the_six_numbers_of_the_robot_side(seed: int):
    drawn = quaternions(seed)
    expected = np.stack([rot6d_from_quaternion(quaternion) for quaternion in drawn])
    np.testing.assert_allclose(columns_from_quaternion(torch.from_numpy(drawn)), expected, atol=1e-12)


@given(st.integers(0, 2**32), st.floats(0.2, 5.0))
def test_rows_are_those_of_the_same_rotation_however_long_the_columns(seed: int, length: float):
    drawn = quaternions(seed)
    columns = columns_from_quaternion(torch.from_numpy(drawn)) * length
    expected = np.stack([matrix_from_quaternion(quaternion)[:2].reshape(6) for quaternion in drawn])
    np.testing.assert_allclose(rows_from_columns(columns), expected, atol=1e-9)


def test_columns_that_are_not_orthogonal_become_so():
    rows = rows_from_columns(torch.tensor([2.0, 0.0, 0.0, 1.0, 3.0, 0.0]))
    torch.testing.assert_close(rows, torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
