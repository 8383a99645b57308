"""What the cameras make of a pose."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Pose
from sim.envs.noise import ObservationNoise, PoseSensor

TRUTH = Pose(np.array([0.5, 0.0, 0.03]), np.array([0.0, 0.0, 0.0, 1.0]))
FAR, NEAR = np.array([0.5, 0.0, 0.4]), np.array([0.5, 0.0, 0.05])
TICK_NS = 10_000_000
EXACT = ObservationNoise(0.0, 0.0, 0.0, 0.0, episode_delay=0.0, jitter=0.0, dropout=0.0, occlusion=0.0)


def watch(noise: ObservationNoise, seed: int, seconds: float, tool: np.ndarray = FAR) -> list[tuple[int, int, Pose]]:
    """Return (now, stamp, pose) of the newest estimate at every tick."""
    sensor = PoseSensor("block", noise)
    sensor.reset(np.random.default_rng(seed), 0, TRUTH)
    seen = []
    for now_ns in range(0, round(seconds * 1e9), TICK_NS):
        sensor.observe(now_ns, TRUTH, tool)
        newest = sensor.newest(now_ns)
        seen.append((now_ns, newest.stamp_ns, newest.pose))
    return seen


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_stamps_never_go_back_nor_come_from_the_future(seed: int):
    seen = watch(ObservationNoise(), seed, 3.0)
    stamps = [stamp for _, stamp, _ in seen]
    assert stamps == sorted(stamps)
    assert all(stamp <= now for now, stamp, _ in seen)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_delay_stays_within_what_was_said(seed: int):
    noise = replace(ObservationNoise(), dropout=0.0, occlusion=0.0)
    longest = noise.episode_delay + noise.jitter + 1.0 / noise.camera_rate + 0.011
    assert all((now - stamp) * 1e-9 <= longest for now, stamp, _ in watch(noise, seed, 3.0))


def test_without_noise_it_is_the_truth_at_the_camera_rate():
    seen = watch(EXACT, 0, 2.0)
    assert all(np.array_equal(pose.position, TRUTH.position) for _, _, pose in seen)
    assert len({stamp for _, stamp, _ in seen}) == pytest.approx(2.0 * EXACT.camera_rate, abs=2)


def test_spread_is_as_configured():
    noise = replace(EXACT, position_noise=0.002, rotation_noise=0.01, camera_rate=100.0)
    poses = {stamp: pose for _, stamp, pose in watch(noise, 0, 20.0)}.values()
    errors = np.array([pose.position - TRUTH.position for pose in poses])
    turns = np.array([rotation_between(TRUTH.quaternion, pose.quaternion) for pose in poses])
    assert errors.std() == pytest.approx(0.002, rel=0.05) and turns.std() == pytest.approx(0.01, rel=0.05)


def test_bias_lasts_an_episode_and_differs_between_episodes():
    noise = replace(EXACT, position_bias=0.002)
    offsets = [watch(noise, seed, 0.5)[-1][2].position - TRUTH.position for seed in range(200)]
    assert np.std(offsets) == pytest.approx(0.002, rel=0.15)
    first, *_, last = watch(noise, 0, 2.0)
    np.testing.assert_array_equal(first[2].position, last[2].position)


def test_a_hiding_hand_keeps_the_last_estimate():
    noise = replace(EXACT, occlusion=1.0)
    assert {stamp for _, stamp, _ in watch(noise, 0, 2.0, NEAR)} == {0}
    assert len({stamp for _, stamp, _ in watch(noise, 0, 2.0, FAR)}) > 10


def test_dropouts_thin_out_the_estimates():
    count = len({stamp for _, stamp, _ in watch(replace(EXACT, dropout=0.5, camera_rate=100.0), 0, 10.0)})
    assert 400 < count < 600
