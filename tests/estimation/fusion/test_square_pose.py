"""Both poses of squares are the nearest minima, in proper rotations, and fewer digits cost nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.spatial import matrix_from_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.fusion.square_pose import both_poses

SQUARE = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])


def seen(rotation: Array, translation: Array) -> Array:
    placed = SQUARE @ rotation.T + translation
    return placed[:, :2] / placed[:, 2:]


def turned(tilt: float, around: float) -> Array:
    return matrix_from_quaternion(quaternion_from_rotation_vector(tilt * np.array([np.cos(around), np.sin(around), 0])))


@settings(max_examples=50, deadline=None)
@given(tilt=st.floats(0.2, 1.1), around=st.floats(-3.1, 3.1), x=st.floats(-3.0, 3.0), depth=st.floats(6.0, 25.0))
def test_one_pose_is_the_true_one_and_both_are_rotations(tilt: float, around: float, x: float, depth: float) -> None:
    rotation, translation = turned(tilt, around), np.array([x, 0.5 * x, depth])
    rotations, translations, costs = both_poses(seen(rotation, translation)[None], SQUARE[None])
    best = int(np.argmin(costs[0]))
    assert rotations[0, best] == pytest.approx(rotation, abs=1e-4)
    assert translations[0, best] == pytest.approx(translation, abs=1e-3)
    for one in rotations[0]:
        assert one @ one.T == pytest.approx(np.eye(3), abs=1e-9)
        assert np.linalg.det(one) == pytest.approx(1.0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_no_small_step_explains_noisy_corners_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = seen(turned(0.6, rng.uniform(-3, 3)), np.array([0.5, -0.5, 10.0])) + rng.normal(0.0, 1e-4, (4, 2))
    rotations, translations, costs = both_poses(corners[None], SQUARE[None])
    best = int(np.argmin(costs[0]))
    for _ in range(10):
        shaken = turned(1e-3 * rng.normal(), rng.uniform(-3, 3)) @ rotations[0, best]
        moved = translations[0, best] + 1e-3 * rng.normal(size=3)
        assert np.sum((seen(shaken, moved) - corners) ** 2) >= costs[0, best] * (1.0 - 1e-6)


def test_what_no_square_can_show_has_no_finite_cost() -> None:
    nothing = np.stack([np.zeros((4, 2)), np.full((4, 2), np.nan)])
    assert not np.any(np.isfinite(both_poses(nothing, np.stack([SQUARE, SQUARE]))[2]))
