"""Long curves with fewer points."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.replay.report.panel import Curve
from diffpol_ros.replay.report.thinning import MOST, thinned


def curve_of(values: np.ndarray, band: float | None = None) -> Curve:
    times = np.linspace(0.0, 10.0, len(values))
    edges = {} if band is None else {"low": values - band, "high": values + band}
    return Curve("x", "#000000", times, values, **edges)


def test_a_curve_that_is_short_stays_as_it_is():
    curve = curve_of(np.zeros(MOST))
    assert thinned(curve) is curve


def test_a_peak_of_one_sample_is_still_drawn_when_and_as_high_as_it_was():
    values = np.sin(np.linspace(0.0, 30.0, 100_000))
    values[41_234], values[77_777] = 9.0, -7.0
    curve = curve_of(values)
    thin = thinned(curve)
    times, drawn = np.asarray(thin.times), np.asarray(thin.values)
    assert len(drawn) <= MOST and (np.diff(times) > 0.0).all()
    for index in (41_234, 77_777):
        assert drawn[times == np.asarray(curve.times)[index]] == [values[index]]


def test_what_was_apart_is_not_joined():
    values = np.zeros(50_000)
    values[20_000], values[30_000:35_000] = np.nan, np.nan
    drawn = np.asarray(thinned(curve_of(values)).values)
    seen = np.isnan(drawn).astype(int)
    assert (np.diff(seen) == 1).sum() == 2


def test_a_band_stays_with_its_curve_and_keeps_its_own_extremes():
    values = np.zeros(100_000)
    curve = curve_of(values, 1.0)
    low, high = np.array(curve.low), np.array(curve.high)
    low[30_001], high[60_001] = -5.0, 6.0
    thin = thinned(Curve("x", "#000000", curve.times, values, low=low, high=high))
    assert thin.low is not None and thin.high is not None
    assert len(np.asarray(thin.low)) == len(np.asarray(thin.values)) == len(np.asarray(thin.high)) <= MOST
    assert np.min(thin.low) == -5.0 and np.max(thin.high) == 6.0


@given(values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=300), most=st.integers(3, 50))
def test_what_is_drawn_was_there_and_reaches_as_far(values: list[float], most: int):
    curve = curve_of(np.array(values))
    thin = thinned(curve, most)
    drawn, times = np.asarray(thin.values), np.asarray(thin.times)
    assert len(drawn) <= max(most, 3)
    np.testing.assert_array_equal(drawn, np.array(values)[np.isin(np.asarray(curve.times), times)])
    if not np.isnan(values).all():
        assert np.nanmin(drawn) == np.nanmin(values) and np.nanmax(drawn) == np.nanmax(values)
