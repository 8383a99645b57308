"""The measurement model and its derivative."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.fusion.corner_noise import LASTING_PX, RANDOM_OF_TOLD
from diffpol_ros.estimation.fusion.least_squares import moved
from diffpol_ros.estimation.fusion.projection import CornerProblem, relative_noise
from tests.estimation.scenes import BLOCK, FRONT, SIDE, block_pose, exact_view

STEP = 1e-6


def _numeric(problem: CornerProblem, seed: int) -> Array:
    pose = block_pose(np.random.default_rng(seed), upright=False)
    columns = []
    for axis in np.eye(6):
        ahead, behind = problem.residuals(moved(pose, STEP * axis)), problem.residuals(moved(pose, -STEP * axis))
        columns.append((ahead - behind) / (2.0 * STEP))
    return np.stack(columns, axis=2)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_derivative_agrees_with_differences(seed: int) -> None:
    pose = block_pose(np.random.default_rng(seed), upright=False)
    problem = CornerProblem([exact_view(FRONT, BLOCK, pose), exact_view(SIDE, BLOCK, pose)])
    residuals, jacobian = problem.linearize(pose)
    assert residuals == pytest.approx(problem.residuals(pose))
    assert jacobian == pytest.approx(_numeric(problem, seed), rel=1e-4, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_exact_corners_leave_no_residual(seed: int) -> None:
    pose = block_pose(np.random.default_rng(seed), upright=False)
    problem = CornerProblem([exact_view(FRONT, BLOCK, pose), exact_view(SIDE, BLOCK, pose)])
    assert np.max(np.abs(problem.residuals(pose))) < 1e-9


def test_an_oblique_tag_counts_less_than_one_face_on() -> None:
    square = np.array([[0.0, 40.0], [40.0, 40.0], [40.0, 0.0], [0.0, 0.0]])
    large, narrow, small = (relative_noise(square * scale) for scale in ([3.0, 3.0], [0.35, 1.0], [0.35, 0.35]))
    assert large == pytest.approx(1.0, abs=1e-3)
    assert narrow > 5.0
    assert small == pytest.approx(narrow)


def test_a_deviation_that_the_detector_tells_is_weighed_for_its_tag_alone() -> None:
    view = exact_view(FRONT, BLOCK, block_pose(np.random.default_rng(5), upright=False))
    first, *others = view.tags
    told = [replace(view, tags=(replace(first, deviation_px=px), *others)) for px in (0.3, 0.6, 0.0)]
    usual, with_told, with_double, with_none = (CornerProblem([one]).deviations for one in (view, *told))
    assert with_told[:4] == pytest.approx([np.sqrt(RANDOM_OF_TOLD) * 0.3] * 4, rel=1e-3)
    assert with_double[:4] == pytest.approx(2.0 * with_told[:4], rel=1e-3)
    assert np.all((with_none[:4] > 0.0) & (with_none[:4] <= LASTING_PX))
    for deviations in (with_told, with_double, with_none):
        assert deviations[4:] == pytest.approx(usual[4:])
