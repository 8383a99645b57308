import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.calibrate.following import Wiggle, first_guess, follow
from diffpol_ros.calibrate.latency import LatencyLimits, solve_latency
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.response import Mode
from tests.calibrate.latency_arms import recorded

SPRINGS = Mode(lag=0.07, inertia=0.07)
seeds = st.integers(0, 10_000)


@settings(max_examples=8)
@given(seeds, st.floats(0.0, 0.06), st.floats(0.03, 0.15), st.floats(0.03, 0.09))
def test_transport_and_lag_are_told_apart(seed: int, transport: float, lag: float, inertia: float) -> None:
    found = follow(recorded(transport, Mode(lag, inertia), np.random.default_rng(seed)))
    assert found.total == pytest.approx(transport + lag, abs=0.001)
    assert found.transport == pytest.approx(transport, abs=0.003)
    assert found.explained > 0.999


@settings(max_examples=5)
@given(seeds, st.floats(0.0, 0.1))
def test_an_arm_that_jumps_is_known_to_the_period_of_its_targets(seed: int, transport: float) -> None:
    found = follow(recorded(transport, Mode(0.0, 0.0), np.random.default_rng(seed)))
    assert found.total == pytest.approx(transport, abs=0.01)


@settings(max_examples=5)
@given(seeds)
def test_two_modes_that_share_the_motion_trail_by_their_mean(seed: int) -> None:
    random = np.random.default_rng(seed)
    slow, quick = recorded(0.0, Mode(0.12, 0.11), random), recorded(0.0, Mode(0.05, 0.04), np.random.default_rng(seed))
    mixed = Wiggle("x", quick.sent_times, quick.sent, quick.times, 0.5 * (slow.measured + quick.measured))
    exact = 0.5 * (0.12 + 0.05)
    assert follow(mixed).total == pytest.approx(exact, abs=0.003)


def test_the_first_guess_is_near_the_delay() -> None:
    wiggle = recorded(0.1, Mode(0.0, 0.0), np.random.default_rng(0))
    assert first_guess(wiggle, 0.4) == pytest.approx(0.1, abs=0.006)


def test_gain_and_offset_do_not_matter() -> None:
    wiggle = recorded(0.01, SPRINGS, np.random.default_rng(0), noise=0.0)
    sagging = Wiggle("x", wiggle.sent_times, wiggle.sent, wiggle.times, 0.9 * wiggle.measured - 0.01)
    assert follow(sagging).total == pytest.approx(follow(wiggle).total, abs=1e-4)


def test_axes_differ_without_making_the_mean_uncertain() -> None:
    random = np.random.default_rng(1)
    lags = {"x": 0.11, "y": 0.06, "z": 0.07}
    wiggles = [recorded(0.004, Mode(lags[axis], 0.07), random, axis) for axis in [*lags, *lags]]
    found = solve_latency(wiggles)
    assert {each.axis: round(each.total, 3) for each in found.axes} == {"x": 0.114, "y": 0.064, "z": 0.074}
    assert found.total.mean == pytest.approx(0.084, abs=0.001)
    assert found.total.half < 0.001


def test_an_arm_that_does_not_follow_is_refused() -> None:
    wiggle = recorded(0.0, SPRINGS, np.random.default_rng(0))
    standing = Wiggle("y", wiggle.sent_times, wiggle.sent, wiggle.times, np.full_like(wiggle.measured, 0.45))
    with pytest.raises(Refusal, match=r"sent 1\d\.\d mm along y and moved by 0\.0 mm.*does the arm follow at all"):
        follow(standing)


def test_motion_of_another_cause_is_refused() -> None:
    wiggle = recorded(0.0, SPRINGS, np.random.default_rng(0))
    pushed = 0.01 * np.sin(9.0 * wiggle.times)
    with pytest.raises(Refusal, match="did the arm touch something"):
        follow(Wiggle("x", wiggle.sent_times, wiggle.sent, wiggle.times, 0.45 + pushed))


def test_one_wiggle_is_no_measurement() -> None:
    with pytest.raises(Refusal, match="1 wiggle along x was followed to its end, at least 2"):
        solve_latency([recorded(0.0, SPRINGS, np.random.default_rng(0))])
    with pytest.raises(Refusal, match="no wiggle was followed"):
        solve_latency([])


def test_a_latency_that_scatters_is_refused() -> None:
    random = np.random.default_rng(0)
    wiggles = [recorded(late, SPRINGS, random) for late in (0.0, 0.02, 0.05)]
    with pytest.raises(Refusal, match=r"known to ± .* ms only"):
        solve_latency(wiggles)
    assert solve_latency(wiggles, LatencyLimits(half=0.1)).wiggles == 3


def test_records_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="as many times as values"):
        Wiggle("x", np.zeros(3), np.zeros(2), np.zeros(2), np.zeros(2))
