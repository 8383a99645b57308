"""What is put into a noise model comes out again when it is measured."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import quaternion_from_rotation_vector, rotation_between
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.estimation.noise.measurement import measure, spectrum
from diffpol_ros.estimation.noise.model import AxisNoise, Delay, Dropouts, Flips, NoiseModel, ObjectNoise
from diffpol_ros.estimation.noise.place import Place
from diffpol_ros.estimation.noise.recording import NoiseError, Recording, Scene, viewpoints_of
from sim.envs.noise import PoseSensor
from tests.estimation.scenes import FRONT, SIDE

TRUTH = Pose(np.array([0.5, 0.1, 0.03]), quaternion_from_rotation_vector(np.array([0.0, 0.0, 0.8])))
VIEW = (1.1, 0.0, 0.3)
SCENE = Scene(0.048, (VIEW,), TRUTH)
TOOL = np.array([0.3, 0.0, 0.5])
RATE = 25.0
TICK_NS = to_ns(0.001)
QUIET = ObjectNoise("block", 0.048, 0.6, RATE, *[AxisNoise(0.001)] * 3, *[AxisNoise(0.004)] * 3)


def record(noise: ObjectNoise, seconds: float = 80.0, seed: int = 0) -> Recording:
    """Return what a sensor of this noise gives of an object at rest."""
    sensor = PoseSensor("block", NoiseModel("", "a test", (noise,), (VIEW,)))
    sensor.reset(np.random.default_rng(seed), 0, TRUTH)
    found: list[ObjectEstimate] = []
    arrivals: list[int] = []
    for now_ns in range(0, to_ns(seconds), TICK_NS):
        sensor.observe(now_ns, TRUTH, TOOL)
        newest = sensor.newest(now_ns)
        if now_ns and (not found or newest.stamp_ns > found[-1].stamp_ns):
            found.append(newest)
            arrivals.append(now_ns)
    return Recording.of(found[1:], arrivals[1:])


def axes(white: float, drift: float, drift_time: float) -> list[AxisNoise]:
    return [AxisNoise(size * white, size * drift, drift_time) for size in (1.0, 1.0, 1.0, 3.0, 3.0, 3.0)]


def noisy(parts: list[AxisNoise], **others: object) -> ObjectNoise:
    x, y, z, rx, ry, rz = parts
    return replace(QUIET, x=x, y=y, z=z, rx=rx, ry=ry, rz=rz, **others)


@settings(max_examples=6, derandomize=True)
@given(st.floats(1e-5, 5e-3), st.sampled_from([0.5, 1.0, 3.0]), st.floats(0.4, 1.5), st.integers(0, 999))
def test_white_and_wandering_part_come_back(white: float, ratio: float, drift_time: float, seed: int):
    place = measure(record(noisy(axes(white, ratio * white, drift_time)), seed=seed), SCENE)
    for size, axis in zip((1.0, 1.0, 1.0, 3.0, 3.0, 3.0), place.axes, strict=True):
        assert axis.white == pytest.approx(size * white, rel=0.15)
    drifts = [axis.drift / size for size, axis in zip((1.0, 1.0, 1.0, 3.0, 3.0, 3.0), place.axes, strict=True)]
    assert np.median(drifts) == pytest.approx(ratio * white, rel=0.3)
    assert np.median([axis.drift_time for axis in place.axes]) == pytest.approx(drift_time, rel=0.6)


@settings(max_examples=6, derandomize=True)
@given(st.floats(1e-5, 5e-3), st.integers(0, 999))
def test_where_nothing_wanders_nothing_is_found_to(white: float, seed: int):
    place = measure(record(noisy(axes(white, 0.0, 1.0)), seed=seed), SCENE)
    assert [axis.white for axis in place.axes[:3]] == pytest.approx([white] * 3, rel=0.1)
    assert np.median([axis.drift for axis in place.axes]) == 0.0
    assert place.x.p99 == pytest.approx(2.58 * white, rel=0.15)
    assert place.x.range > 5.0 * white


@settings(max_examples=6, derandomize=True)
@given(st.floats(0.01, 0.3), st.floats(0.3, 2.5), st.integers(0, 999))
def test_flips_are_counted_exactly_and_leave_the_rest_alone(probability: float, angle: float, seed: int):
    recording = record(replace(QUIET, flips=Flips(probability, angle)), seed=seed)
    turns = [np.linalg.norm(rotation_between(TRUTH.quaternion, one)) for one in recording.quaternions]
    place = measure(recording, SCENE)
    assert place.flips == np.sum(np.array(turns) > 0.5 * angle)
    assert place.flips / place.samples == pytest.approx(probability, abs=0.04)
    if place.flips:
        assert place.flip_angle == pytest.approx(angle, abs=0.02)
    assert place.rz.white == pytest.approx(0.004, rel=0.1)


@settings(max_examples=6, derandomize=True)
@given(st.floats(0.02, 0.5), st.floats(1.5, 6.0), st.integers(0, 999))
def test_losses_and_their_bursts_come_back(probability: float, burst: float, seed: int):
    place = measure(record(replace(QUIET, dropouts=Dropouts(probability, burst)), 160.0, seed), SCENE)
    assert place.rate == pytest.approx(RATE, rel=0.01)
    # Losses come in bursts: so many frames hold only so many of them.
    spread = np.sqrt(2.0 * burst / (160.0 * RATE * probability))
    assert place.lost / (place.lost + place.samples) == pytest.approx(probability, rel=4.0 * float(spread), abs=0.01)
    if place.bursts > 30:
        assert place.lost / place.bursts == pytest.approx(burst, rel=0.5)
    assert place.x.white == pytest.approx(0.001, rel=0.1)


def test_losses_at_the_ends_count_where_the_exposures_are_known():
    full = record(QUIET, 10.0)
    known = replace(full, exposures_ns=full.stamps_ns)
    kept = slice(3, -2)
    cut = replace(
        known,
        stamps_ns=known.stamps_ns[kept],
        positions=known.positions[kept],
        quaternions=known.quaternions[kept],
        arrivals_ns=None,
    )
    assert sorted(cut.gaps.tolist()) == [2, 3]


@settings(max_examples=6, derandomize=True)
@given(st.floats(0.005, 0.2), st.floats(0.002, 0.03), st.integers(0, 999))
def test_delay_and_its_jitter_come_back(least: float, jitter: float, seed: int):
    place = measure(record(replace(QUIET, delay=Delay(least, least, jitter)), seed=seed), SCENE)
    assert place.delay == pytest.approx(least + 0.5 * jitter, abs=0.002)
    assert place.delay_least == pytest.approx(least, abs=0.0025)
    assert place.delay_deviation == pytest.approx(jitter / np.sqrt(12.0), rel=0.1, abs=4e-4)


def test_bias_is_the_offset_from_the_truth_and_unknown_without_one():
    biased = noisy([replace(axis, bias=5.0 * axis.white) for axis in QUIET.axes])
    recording = record(biased)
    place = measure(recording, SCENE)
    mean = recording.positions.mean(axis=0) - TRUTH.position
    assert [axis.offset for axis in place.axes[:3]] == pytest.approx(mean.tolist(), abs=1e-5)
    assert all(axis.offset is None for axis in measure(recording, replace(SCENE, truth=None)).axes)


def test_noise_along_the_ray_is_told_from_noise_across_it():
    ray = (TRUTH.position - np.array(VIEW)) / np.linalg.norm(TRUTH.position - np.array(VIEW))
    recording = record(QUIET)
    errors = recording.positions - TRUTH.position
    stretched = replace(recording, positions=recording.positions + 9.0 * np.outer(errors @ ray, ray))
    place = measure(stretched, SCENE)
    assert place.along == pytest.approx(0.01, rel=0.1) and place.across == pytest.approx(0.001, rel=0.1)


def test_the_spectrum_holds_all_of_the_power_and_shows_where_it_lies():
    white, slow = spectrum(record(QUIET)), spectrum(record(noisy(axes(0.0002, 0.001, 2.0))))
    assert np.linalg.norm(white.x) == pytest.approx(0.001, rel=0.1)
    assert white.x[-1] == pytest.approx(0.001 * np.sqrt(0.5), rel=0.1)
    assert slow.x[0] > 3.0 * slow.x[-1]


def shifted(recording: Recording, shift: np.ndarray) -> Recording:
    """Return the recording with a displacement (n,) along x [m]."""
    positions = recording.positions.copy()
    positions[:, 0] += shift
    return replace(recording, positions=positions)


def at_rest(recording: Recording) -> Place:
    return measure(recording, SCENE)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("step", 0.007), ("step", 0.05), ("ramp", 0.007), ("ramp", 0.05), ("away and back", 0.05)],
)
def test_a_recording_in_which_something_moved_is_refused(kind: str, amount: float):
    recording = record(QUIET)
    share = np.linspace(0.0, 1.0, len(recording.stamps_ns))
    shapes = {"step": share > 0.3, "ramp": share, "away and back": (share > 0.3) & (share < 0.6)}
    with pytest.raises(NoiseError, match=r"block or a camera moved during the recording: .* mm along x"):
        at_rest(shifted(recording, amount * shapes[kind]))


@settings(max_examples=10, derandomize=True)
@given(st.floats(0.3, 5.0), st.floats(0.3, 2.0), st.integers(0, 999))
def test_noise_that_wanders_is_not_taken_for_motion(ratio: float, drift_time: float, seed: int):
    at_rest(record(noisy(axes(0.0005, ratio * 0.0005, drift_time)), 40.0, seed))


def test_too_few_estimates_are_refused():
    with pytest.raises(NoiseError, match="27 estimates are too few, expected at least 50: record longer"):
        record(QUIET, 1.1)
    with pytest.raises(NoiseError, match="is the object in view"):
        Recording.of([])


def test_estimates_from_before_their_exposure_are_refused():
    recording = record(QUIET, 10.0)
    early = replace(recording, arrivals_ns=recording.stamps_ns - to_ns(0.02))
    with pytest.raises(NoiseError, match=r"arrived 0\.020 s before its exposure.*synchronise"):
        at_rest(early)


def test_of_one_exposure_the_last_estimate_counts_and_late_ones_do_not():
    stamps = [*range(60), 59, 30]
    poses = [Pose(np.array([float(index), 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.0])) for index in range(62)]
    estimates = [ObjectEstimate("block", stamp, pose, np.eye(6)) for stamp, pose in zip(stamps, poses, strict=True)]
    recording = Recording.of(estimates, list(range(62)))
    assert recording.stamps_ns.tolist() == list(range(60))
    assert recording.positions[-1, 0] == 60.0
    assert recording.arrivals_ns is not None and recording.arrivals_ns[-1] == 60


def test_not_finite_estimates_are_refused():
    recording = record(QUIET, 10.0)
    positions = recording.positions.copy()
    positions[3, 1] = np.nan
    with pytest.raises(NoiseError, match="not finite"):
        replace(recording, positions=positions)


def test_distances_are_measured_from_cameras_that_stand_still():
    assert viewpoints_of([FRONT, SIDE]) == (FRONT.pose.position, SIDE.pose.position)
    with pytest.raises(SettingsError, match="camera front is mounted on the end_effector"):
        viewpoints_of([replace(FRONT, mount="end_effector")])
