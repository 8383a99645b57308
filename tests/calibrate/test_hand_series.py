"""The hand between two of its poses."""

import numpy as np
import pytest

from benchmarks.calibration_rigs import Noise, near
from benchmarks.calibration_wiggles import START_NS, Wiggle, hand_series
from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import compose, inverse, rotation_vector
from diffpol_ros.core.types import Pose

RNG = np.random.default_rng(0)
# Starts half a turn about x: the quaternion passes through sign changes.
WIGGLE = Wiggle(
    Pose(np.array([0.4, 0.1, 0.3]), np.array([1.0, 0.0, 0.0, 0.0])),
    np.full(3, 0.05),
    np.full(3, 0.4),
    RNG.uniform(0.3, 1.0, (6, 3)),
    RNG.uniform(0.0, 6.0, (6, 3)),
)
SERIES = hand_series(WIGGLE, RNG, Noise(), 4.0, rate=50.0)


def test_between_poses_the_hand_is_where_it_was() -> None:
    times = np.linspace(0.7, 4.0, 23)
    poses, twists = SERIES.at(times)
    for time, pose, twist in zip(times, poses, twists, strict=True):
        own = float(time) - 0.5
        assert near(pose, WIGGLE.at(own), 0.01, 0.002)
        step = compose(inverse(WIGGLE.at(own - 1e-4)), WIGGLE.at(own + 1e-4))
        np.testing.assert_allclose(twist[:3], step.position / 2e-4, atol=2e-3)
        np.testing.assert_allclose(twist[3:], rotation_vector(step.quaternion) / 2e-4, atol=2e-3)


def test_the_sign_of_a_quaternion_means_nothing() -> None:
    flipped = SERIES.poses.copy()
    flipped[::3, 3:] *= -1.0
    times = np.linspace(0.2, 4.5, 11)
    ours, theirs = SERIES.at(times), HandSeries(SERIES.stamps_ns, flipped).at(times)
    np.testing.assert_allclose(ours[1], theirs[1], atol=1e-9)


def test_a_gap_and_what_lies_outside_are_not_covered() -> None:
    keep = np.abs(SERIES.seconds(SERIES.stamps_ns.tolist()) - 2.0) > 0.1
    series = HandSeries(SERIES.stamps_ns[keep], SERIES.poses[keep])
    covered = series.covered(np.array([-0.01, 0.5, 2.0, 3.0, 5.01]))
    assert covered.tolist() == [False, True, False, True, False]


def test_states_come_in_any_order_and_twice() -> None:
    pose = Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))
    states = [(START_NS + to_ns(0.01 * index), pose) for index in (*range(20), 3, 5)]
    assert len(HandSeries.of(states[::-1]).stamps_ns) == 20


def test_too_few_or_impossible_poses_are_refused() -> None:
    with pytest.raises(Refusal, match="5 hand poses: at least 10"):
        HandSeries(SERIES.stamps_ns[:5], SERIES.poses[:5])
    broken = SERIES.poses.copy()
    broken[7, 2] = np.nan
    with pytest.raises(Refusal, match="not finite"):
        HandSeries(SERIES.stamps_ns, broken)
