"""The interval of a success rate, the size of an error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from diffpol_ros.core.statistics import clopper_pearson, largest_deviation


def test_known_values() -> None:
    """Eight of ten and all of two hundred, as in the tables."""
    assert clopper_pearson(8, 10) == pytest.approx((0.4439, 0.9748), abs=1e-4)
    assert clopper_pearson(200, 200) == pytest.approx((0.025 ** (1 / 200), 1.0))
    assert clopper_pearson(0, 5) == pytest.approx((0.0, 1.0 - 0.025 ** (1 / 5)))


@given(st.integers(1, 200).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_ends_are_where_the_tails_reach_half_of_what_is_left(counts: tuple[int, int]) -> None:
    """At either end, the observed count or worse has a probability of 2.5 %."""
    successes, trials = counts
    low, high = clopper_pearson(successes, trials)
    assert low <= successes / trials <= high
    if successes:
        assert binom.sf(successes - 1, trials, low) == pytest.approx(0.025, abs=1e-6)
    if successes < trials:
        assert binom.cdf(successes, trials, high) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("counts", [(1, 0), (3, 2), (-1, 4)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    """A rate needs trials, and no more successes than them."""
    with pytest.raises(ValueError, match="trials"):
        clopper_pearson(*counts)


def test_impossible_confidence_is_refused() -> None:
    """Certainty has no interval."""
    with pytest.raises(ValueError, match="confidence"):
        clopper_pearson(1, 2, confidence=1.0)


@given(st.integers(0, 1000))
def test_the_largest_deviation_is_that_of_the_worst_direction(seed: int) -> None:
    rng = np.random.default_rng(seed)
    deviations = rng.uniform(0.0, 2.0, 3)
    axes, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    covariance = axes @ np.diag(deviations**2) @ axes.T
    assert largest_deviation(covariance) == pytest.approx(deviations.max())


def test_round_off_is_no_negative_variance() -> None:
    assert largest_deviation(np.diag([-1e-20, -1e-20])) == 0.0
