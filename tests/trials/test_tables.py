"""Intervals and tests against published tables and closed forms."""

import math

import pytest

from diffpol_ros.core.statistics import clopper_pearson
from diffpol_ros.trials.errors import TrialError
from diffpol_ros.trials.intervals import bayesian_interval, rate
from diffpol_ros.trials.multiple import holm
from diffpol_ros.trials.paired import bonett_price, discordance, mcnemar
from diffpol_ros.trials.unpaired import barnard


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_is_that_of_newcombe_1998(successes: int, trials: int, low: float, high: float):
    """Statistics in Medicine 17, 857-872, table I, method 5."""
    assert clopper_pearson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_bayesian_interval_is_the_closed_form_where_there_is_one():
    """Beta(1/2, 1/2) has the quantiles sin(pi q / 2)^2; Beta(n + 1, 1) has q^(1 / (n + 1))."""
    edge = math.sin(math.pi * 0.0125) ** 2
    assert bayesian_interval(0, 0) == pytest.approx((edge, 1.0 - edge))
    assert bayesian_interval(9, 9, prior=1.0) == pytest.approx((0.025**0.1, 0.975**0.1))


def test_intervals_of_13_in_16_are_those_of_fagerland_lydersen_and_laake_2017():
    """Statistical Analysis of Contingency Tables, chapter 2: the exact interval and Jeffreys'."""
    assert clopper_pearson(13, 16) == pytest.approx((0.5435, 0.9595), abs=5e-5)
    assert bayesian_interval(13, 16) == pytest.approx((0.5792, 0.9442), abs=5e-5)


def test_pairs_are_compared_as_by_fagerland_lydersen_and_laake_2017():
    """The same, chapter 8: responses of 161 patients before and after a therapy, 6 and 16 of them unlike."""
    assert mcnemar(6, 16) == pytest.approx(0.052479, abs=5e-7)
    assert bonett_price(6, 16, 161) == pytest.approx((-0.1195, -0.0032), abs=5e-5)


def test_no_trials_teach_nothing():
    nothing = rate(0, 0)
    assert nothing.exact == nothing.anytime == (0.0, 1.0)


def test_mcnemar_is_that_of_fagerland_2013():
    """BMC Medical Research Methodology 13:91: 7 against 1 of 21 children, exact conditional p = 0.0703."""
    assert mcnemar(7, 1) == mcnemar(1, 7) == pytest.approx(0.0703, abs=5e-5)


@pytest.mark.parametrize(("only_first", "p_value"), [(5, 0.0625), (6, 0.03125), (10, 2 / 1024)])
def test_mcnemar_of_wins_of_one_only_is_twice_a_run_of_heads(only_first: int, p_value: float):
    assert mcnemar(only_first, 0) == pytest.approx(p_value)


def test_barnard_is_that_of_mehta_and_senchaudhuri_2003():
    """7 of 15 vaccinated and 12 of 15 others: one-sided p = 0.0341; groups of one size have twice that on both."""
    assert barnard(7, 15, 12, 15) == pytest.approx(2 * 0.0341, abs=1e-4)


def test_barnard_s_own_example():
    """3 of 3 against 0 of 3 (Barnard 1945): 2 p^3 (1 - p)^3 is at most 1/32."""
    assert barnard(3, 3, 0, 3) == pytest.approx(1 / 32)


def test_outcomes_that_are_all_alike_tell_nothing():
    assert barnard(5, 5, 5, 5) == barnard(0, 5, 0, 7) == mcnemar(0, 0) == 1.0


def test_holm_is_his_example():
    """Scandinavian Journal of Statistics 6, 65-70, and every textbook since."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.5, 0.9]) == (1.0, 1.0) and holm([]) == ()


def test_the_interval_of_a_difference_turns_with_the_policies():
    low, high = bonett_price(2, 9, 30)
    assert bonett_price(9, 2, 30) == pytest.approx((-high, -low)) and low < -7 / 30 < high


def test_unpaired_trials_are_refused():
    with pytest.raises(TrialError, match="2 trials against 1"):
        discordance([True, False], [True])
