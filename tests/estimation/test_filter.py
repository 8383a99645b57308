"""Smoothing, doubt, and age."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.core.spatial import compose, normalize_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose, Tracking
from diffpol_ros.estimation.filter import FilterSettings, FilterState, ObjectFilter, Verdict
from tests.estimation.scenes import block_pose, error

START_NS = 1_700_000_000_000_000_000
FRAME_S = 0.1
COVARIANCE = 1e-6 * np.eye(6)
SETTINGS = FilterSettings(time_constant=0.05)
STILL = Pose(np.array([0.5, 0.0, 0.03]), np.array([0.0, 0.0, 0.0, 1.0]))
AWAY = Pose(np.array([0.5, 0.4, 0.03]), np.array([0.0, 0.0, 0.0, 1.0]))
FLIPPED = Pose(STILL.position, np.array([np.sin(0.5), 0.0, 0.0, np.cos(0.5)]))


def at(seconds: float) -> int:
    return START_NS + to_ns(seconds)


def state(smoothed: ObjectFilter) -> FilterState:
    assert smoothed.state is not None
    return smoothed.state


def started(pose: Pose = STILL, how: FilterSettings = SETTINGS) -> ObjectFilter:
    smoothed = ObjectFilter(how)
    assert smoothed.update(pose, COVARIANCE, at(0.0)) is Verdict.ACCEPTED
    return smoothed


@given(seed=st.integers(0, 10_000), times=st.lists(st.floats(0.001, 0.3), min_size=1, max_size=8))
def test_what_never_moves_is_a_fixed_point(seed: int, times: list[float]) -> None:
    pose = block_pose(np.random.default_rng(seed), upright=False)
    smoothed = started(pose)
    for time in np.cumsum(times):
        assert smoothed.update(pose, COVARIANCE, at(float(time))) is Verdict.ACCEPTED
    assert error(state(smoothed).pose, pose) == pytest.approx((0.0, 0.0), abs=1e-5)


@given(first=st.floats(0.01, 0.1), second=st.floats(0.01, 0.1))
def test_smoothing_depends_on_time_and_not_on_the_number_of_frames(first: float, second: float) -> None:
    target = Pose(
        STILL.position + np.array([0.02, 0.0, 0.0]), quaternion_from_rotation_vector(np.array([0.0, 0.0, 0.2]))
    )
    twice, once = started(), started()
    twice.update(target, COVARIANCE, at(first))
    twice.update(target, COVARIANCE, at(first + second))
    once.update(target, COVARIANCE, at(first + second))
    assert error(state(twice).pose, state(once).pose) == pytest.approx((0.0, 0.0), abs=1e-4)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_another_base_frame_moves_the_estimate_with_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    change = Pose(rng.normal(size=3), normalize_quaternion(rng.normal(size=4)))
    here, there = started(), started(compose(change, STILL))
    for i in range(1, 4):
        pose = Pose(STILL.position + rng.normal(0, 0.005, 3), quaternion_from_rotation_vector(rng.normal(0, 0.05, 3)))
        here.update(pose, COVARIANCE, at(i * FRAME_S))
        there.update(compose(change, pose), COVARIANCE, at(i * FRAME_S))
    assert error(state(there).pose, compose(change, state(here).pose)) == pytest.approx((0.0, 0.0), abs=1e-4)


def test_without_a_time_constant_the_newest_measurement_is_the_estimate() -> None:
    smoothed = started(how=replace(SETTINGS, time_constant=0.0))
    target = Pose(STILL.position + np.array([0.02, 0.0, 0.0]), STILL.quaternion)
    smoothed.update(target, COVARIANCE, at(FRAME_S))
    assert state(smoothed).pose.position == pytest.approx(target.position)


def test_averaging_narrows_the_covariance() -> None:
    smoothed = started(how=replace(SETTINGS, time_constant=0.3))
    for i in range(1, 20):
        smoothed.update(STILL, COVARIANCE, at(i * FRAME_S))
    assert 0.1 < state(smoothed).covariance[0, 0] / COVARIANCE[0, 0] < 0.3


@pytest.mark.parametrize("jump", [AWAY, FLIPPED])
def test_one_jump_is_doubted_and_leaves_no_trace(jump: Pose) -> None:
    smoothed = started()
    assert smoothed.update(jump, COVARIANCE, at(FRAME_S)) is Verdict.JUMP
    assert error(state(smoothed).pose, STILL) == (0.0, 0.0)
    assert state(smoothed).stamp_ns == at(0.0)
    assert smoothed.update(STILL, COVARIANCE, at(2 * FRAME_S)) is Verdict.ACCEPTED


def test_a_jump_that_stays_is_believed() -> None:
    smoothed = started()
    verdicts = [smoothed.update(AWAY, COVARIANCE, at(i * FRAME_S)) for i in range(1, 4)]
    assert verdicts == [Verdict.JUMP, Verdict.JUMP, Verdict.REACQUIRED]
    assert error(state(smoothed).pose, AWAY) == (0.0, 0.0)


def test_jumps_that_disagree_with_each_other_are_never_believed() -> None:
    smoothed = started()
    for i in range(1, 10):
        place = Pose(AWAY.position + np.array([0.0, 1.0 + 0.3 * (-1) ** i, 0.0]), AWAY.quaternion)
        assert smoothed.update(place, COVARIANCE, at(0.02 * i)) is Verdict.JUMP


def test_doubts_are_forgotten_once_the_object_is_seen_where_it_was() -> None:
    smoothed = started()
    seen = [AWAY, AWAY, STILL, AWAY, AWAY]
    verdicts = [smoothed.update(pose, COVARIANCE, at(0.05 * i)) for i, pose in enumerate(seen, start=1)]
    assert verdicts == [Verdict.JUMP, Verdict.JUMP, Verdict.ACCEPTED, Verdict.JUMP, Verdict.JUMP]


def test_two_cameras_at_one_instant_are_one_doubt() -> None:
    smoothed = started()
    verdicts = [smoothed.update(AWAY, COVARIANCE, at(FRAME_S)) for _ in range(5)]
    assert set(verdicts) == {Verdict.JUMP}


def test_the_same_stamp_replaces_the_measurement() -> None:
    better = Pose(STILL.position + np.array([0.01, 0.0, 0.0]), STILL.quaternion)
    twice, once = started(), started()
    for pose in (STILL, better):
        assert twice.update(pose, COVARIANCE, at(FRAME_S)) is Verdict.ACCEPTED
    once.update(better, COVARIANCE, at(FRAME_S))
    assert error(state(twice).pose, state(once).pose) == (0.0, 0.0)


def test_an_older_measurement_is_refused() -> None:
    smoothed = started()
    assert smoothed.update(STILL, COVARIANCE, at(-0.05)) is Verdict.OUT_OF_ORDER
    assert state(smoothed).stamp_ns == at(0.0)


def test_time_set_back_starts_anew() -> None:
    smoothed = started()
    assert smoothed.update(AWAY, COVARIANCE, at(-30.0)) is Verdict.RESTARTED
    assert error(state(smoothed).pose, AWAY) == (0.0, 0.0)


def test_after_a_loss_the_object_may_be_anywhere() -> None:
    smoothed = started()
    assert smoothed.update(AWAY, COVARIANCE, at(5.0)) is Verdict.REACQUIRED


@pytest.mark.parametrize(
    ("age_s", "tracking"),
    [
        (0.0, Tracking.TRACKING),
        (0.3, Tracking.TRACKING),
        (0.5, Tracking.STALE),
        (2.5, Tracking.LOST),
        (-9.0, Tracking.LOST),
    ],
)
def test_trust_goes_with_age(age_s: float, tracking: Tracking) -> None:
    assert started().tracking(at(age_s)) is tracking


def test_what_was_never_seen_is_lost() -> None:
    assert ObjectFilter(SETTINGS).tracking(at(0.0)) is Tracking.LOST


def test_reset_forgets() -> None:
    smoothed = started()
    smoothed.reset()
    assert smoothed.state is None
    assert smoothed.update(AWAY, COVARIANCE, at(-0.05)) is Verdict.ACCEPTED


def test_ages_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"lost_after 0.1 s is shorter than stale_after 0.4 s"):
        parse_settings(FilterSettings, "lost_after: 0.1", "settings.yaml")
