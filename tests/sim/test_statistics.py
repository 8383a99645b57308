"""Intervals against closed forms, and against what they promise."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.errors import SimulationError
from sim.statistics import discordance, mean_band, mean_interval


def test_students_interval_is_the_textbook_s():
    interval = mean_interval([1.0, 2.0, 4.0])
    expected = stats.t.interval(0.95, 2, loc=7 / 3, scale=stats.sem([1.0, 2.0, 4.0]))
    assert (interval.low, interval.high) == pytest.approx(expected) and interval.mean == pytest.approx(7 / 3)
    assert str(interval) == "2.333 (-1.461..6.128)"


def test_the_interval_of_a_share_does_not_leave_0_to_1():
    interval = mean_interval([0.7, 1.0, 1.0], bounds=(0.0, 1.0))
    assert interval.high == 1.0 and interval.low == mean_interval([0.7, 1.0, 1.0]).low


def test_one_number_alone_has_no_bounds_and_none_no_mean():
    assert mean_interval([3.0]).low is None and str(mean_interval([3.0])) == "3 (one)"
    with pytest.raises(SimulationError, match="no mean of no numbers"):
        mean_interval([])


@pytest.mark.parametrize("method", ["t", "bootstrap"])
def test_nineteen_of_twenty_intervals_hold_the_true_mean(method: str):
    random = np.random.default_rng(1)
    band = mean_band(random.normal(3.0, 2.0, (40, 600)), method)
    share = ((band.low < 3.0) & (band.high > 3.0)).mean()
    assert 0.91 < share < 0.98


def test_a_bootstrap_stays_within_what_was_seen():
    interval = mean_interval([0.0, 1.0, 1.0, 1.0], "bootstrap")
    assert interval.low is not None and interval.high is not None
    assert 0.0 <= interval.low < interval.mean < interval.high <= 1.0


def test_mcnemar_counts_only_the_trials_that_differ():
    first, second = [True] * 10 + [False] * 2 + [True] * 30, [False] * 10 + [True] * 2 + [True] * 30
    found = discordance(first, second)
    assert (found.only_first, found.only_second, found.trials) == (10, 2, 42)
    assert found.p_value == pytest.approx(2 * sum(math.comb(12, k) for k in range(3)) / 2**12)
    assert found.difference == pytest.approx(8 / 42) and 0.0 < found.low < found.difference < found.high


def test_equal_policies_are_not_told_apart():
    found = discordance([True, False] * 20, [True, False] * 20)
    assert found.p_value == 1.0 and found.difference == 0.0 and found.low < 0.0 < found.high


def test_the_interval_of_a_difference_holds_it():
    random, held = np.random.default_rng(2), []
    for _ in range(400):
        common = random.random(100) < 0.3
        first, second = common | (random.random(100) < 0.4), common | (random.random(100) < 0.2)
        found = discordance(list(first), list(second))
        held.append(found.low < 0.7 * 0.2 < found.high)
    assert 0.92 < np.mean(held) < 0.99


def test_unpaired_trials_are_refused():
    with pytest.raises(SimulationError, match="2 trials against 1"):
        discordance([True, False], [True])
