"""Errors against a truth that moves."""

import numpy as np
import pytest

from diffpol_ros.replay.accuracy import errors
from diffpol_ros.replay.series import PoseSeries, Run
from tests.replay.synthetic import ESTIMATE_ERROR_M, ESTIMATE_ERROR_RAD


def series(stamps_ns: list[int], positions: list[list[float]]) -> PoseSeries:
    stamps = np.array(stamps_ns, dtype=np.int64)
    return PoseSeries(stamps, stamps, np.array(positions), np.tile([0.0, 0.0, 0.0, 1.0], (len(stamps), 1)))


def test_a_constant_error_is_found_while_the_block_moves(run: Run) -> None:
    found = errors(run.estimates["block"], run.truths["block"])
    assert found.position == pytest.approx(ESTIMATE_ERROR_M, abs=1e-9)
    assert found.rotation == pytest.approx(ESTIMATE_ERROR_RAD, abs=1e-9)
    assert found.position_mm.median == pytest.approx(2.0)


def test_the_truth_is_interpolated_at_the_exposure() -> None:
    truth = series([0, 20_000_000], [[0.0, 0.0, 0.0], [0.01, 0.0, 0.0]])
    estimate = series([5_000_000], [[0.0025, 0.0, 0.0]])
    assert errors(estimate, truth).position == pytest.approx(0.0, abs=1e-12)


def test_estimates_without_a_truth_around_them_are_left_out() -> None:
    truth = series([10, 20], [[0.0, 0.0, 0.0]] * 2)
    assert len(errors(series([5, 25], [[0.0, 0.0, 0.0]] * 2), truth).position) == 0


def test_nothing_is_interpolated_across_a_reset() -> None:
    truth = series([0, 20_000_000], [[0.4, 0.0, 0.0], [0.6, 0.0, 0.0]])
    assert len(errors(series([10_000_000], [[0.5, 0.0, 0.0]]), truth).position) == 0
