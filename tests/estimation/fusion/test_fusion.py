"""Many tags, one object: exact where the corners are, honest where they cannot tell."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.core.spatial import compose, normalize_quaternion, rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.fusion.fusion import FusionSettings, Measurement, fit, fuse
from diffpol_ros.estimation.fusion.hypotheses import average, candidates, mirrored
from diffpol_ros.estimation.fusion.least_squares import moved
from diffpol_ros.estimation.fusion.projection import CornerProblem, TagView, View
from tests.estimation.scenes import BLOCK, FRONT, SIDE, block_pose, error, exact_view, rebased

NOISE_PX = 0.1
JOINT = FusionSettings(noise_px=NOISE_PX)
AVERAGE = replace(JOINT, mode="average")
CAMERAS = (FRONT, SIDE)
seeds = st.integers(0, 100_000)
SMALL = ObjectModel(name="small", tags=(replace(BLOCK.tags[0], size=0.01, position=(0.0, 0.0, 0.0)),))


def measure(views: list[View], prior: Pose | None = None, how: FusionSettings = JOINT) -> Measurement:
    measurement = fuse(views, prior, how)
    assert measurement is not None
    return measurement


@settings(max_examples=30, deadline=None)
@given(seed=seeds, upright=st.booleans())
def test_exact_corners_give_the_pose_and_never_a_flip(seed: int, upright: bool) -> None:
    truth = block_pose(np.random.default_rng(seed), upright)
    measurement = measure([exact_view(FRONT, BLOCK, truth)])
    assert error(measurement.pose, truth)[0] < 0.01
    assert error(measurement.pose, truth)[1] < 0.01
    assert measurement.residual_px < 1e-3


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_one_tag_fused_is_that_tag(seed: int) -> None:
    truth = block_pose(np.random.default_rng(seed))
    view = exact_view(FRONT, BLOCK, truth, at_most=1)
    (alone,) = candidates([view])
    distance_mm, angle_deg = error(measure([view], prior=truth).pose, alone[0])
    assert distance_mm < 0.05
    assert angle_deg < 0.05


@settings(max_examples=20, deadline=None)
@given(seed=seeds, where=st.tuples(*[st.floats(-2.0, 2.0)] * 3), turn=st.tuples(*[st.floats(-1.0, 1.0)] * 3))
def test_another_base_frame_moves_the_result_with_it(
    seed: int, where: tuple[float, float, float], turn: tuple[float, float, float]
) -> None:
    change = Pose(np.array(where), normalize_quaternion(np.array([*turn, 1.0])))
    truth = block_pose(np.random.default_rng(seed))
    views = [exact_view(camera, BLOCK, truth, NOISE_PX, seed) for camera in (FRONT, SIDE)]
    there = [replace(view, camera=rebased(view.camera, change)) for view in views]
    distance_mm, angle_deg = error(measure(there).pose, compose(change, measure(views).pose))
    assert distance_mm < 0.02
    assert angle_deg < 0.02


def _errors(cameras: tuple[CameraCalibration, ...], how: FusionSettings, count: int = 150) -> Array:
    found = []
    for seed in range(count):
        truth = block_pose(np.random.default_rng(seed), upright=False)
        views = [exact_view(camera, BLOCK, truth, NOISE_PX, seed + i) for i, camera in enumerate(cameras)]
        found.append(error(measure(views, truth, how).pose, truth))
    return np.array(found)


@pytest.mark.parametrize(("cameras", "gain"), [((FRONT,), 0.8), ((FRONT, SIDE), 0.3)])
def test_one_fit_is_more_accurate_than_the_mean_of_tags(cameras: tuple[CameraCalibration, ...], gain: float) -> None:
    joint, mean = _errors(cameras, JOINT), _errors(cameras, AVERAGE)
    assert np.median(joint[:, 0]) < gain * np.median(mean[:, 0])
    assert np.percentile(joint[:, 0], 95) < np.percentile(mean[:, 0], 95)
    assert np.median(joint[:, 0]) < 0.7
    assert np.max(joint[:, 1]) < 10.0


def test_covariance_tells_the_true_error() -> None:
    squares = []
    for seed in range(200):
        truth = block_pose(np.random.default_rng(seed), upright=False)
        got = measure([exact_view(camera, BLOCK, truth, NOISE_PX, seed + 1000 * i) for i, camera in enumerate(CAMERAS)])
        off = np.concatenate(
            [got.pose.position - truth.position, rotation_between(truth.quaternion, got.pose.quaternion)]
        )
        squares.append(off @ np.linalg.solve(got.covariance, off))
    # Six degrees of freedom: the mean over 200 is 6 within 3.5 standard deviations; excess residuals only widen it.
    assert 4.5 < np.mean(squares) < 6.9


@settings(max_examples=60, deadline=None)
@given(
    seed=seeds, tags=st.integers(1, 3), cameras=st.integers(1, 2), shift=st.floats(0.0, 0.01), turn=st.floats(0.0, 0.1)
)
def test_a_start_saves_time_and_changes_nothing(seed: int, tags: int, cameras: int, shift: float, turn: float) -> None:
    truth = block_pose(np.random.default_rng(seed), upright=False)
    views = [exact_view(camera, BLOCK, truth, 0.05, seed, tags) for camera in CAMERAS[:cameras]]
    start = moved(truth, np.array([shift, 0.0, -shift, turn, -turn, 0.0]))
    cold, warm = fit(views, None, FusionSettings()), fit(views, start, FusionSettings())
    assert (cold is None) == (warm is None)
    if cold and warm:
        assert error(cold.best.pose, warm.best.pose) == pytest.approx((0.0, 0.0), abs=1e-6)
        assert cold.ambiguous(FusionSettings()) == warm.ambiguous(FusionSettings())


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_who_believes_a_flipped_pose_is_corrected_as_soon_as_the_corners_tell(seed: int) -> None:
    truth = block_pose(np.random.default_rng(seed))
    view = exact_view(FRONT, BLOCK, truth, 0.02, seed, at_most=1)
    cold = fit([view], None, FusionSettings())
    assert cold is not None
    if cold.rival is None or cold.ambiguous(FusionSettings()):
        return
    misled = measure([view], cold.rival.pose, FusionSettings())
    assert error(misled.pose, truth)[1] < 10.0


def test_the_mirrored_pose_is_the_other_solution_of_a_distant_tag() -> None:
    found = 0
    for seed in range(40):
        truth = block_pose(np.random.default_rng(seed))
        view = exact_view(FRONT, SMALL, truth)
        poses = candidates([view])[0] if view.tags else []
        if len(poses) == 2 and error(poses[0], poses[1])[1] > 20.0:
            (mirror,) = mirrored([view], poses[0])
            assert error(mirror, poses[1])[1] < 0.2 * error(poses[0], poses[1])[1]
            found += 1
    assert found > 10


def test_corners_worse_than_assumed_widen_the_covariance() -> None:
    truth = block_pose(np.random.default_rng(3), upright=False)
    clean, noisy = (measure([exact_view(FRONT, BLOCK, truth, noise, 1)], truth) for noise in (0.0, 0.5))
    assert np.trace(noisy.covariance) > 4.0 * np.trace(clean.covariance)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, told=st.floats(0.001, 0.1))
def test_what_lasts_of_a_covariance_is_what_lasts_of_its_corners(seed: int, told: float) -> None:
    truth = block_pose(np.random.default_rng(seed), upright=False)
    seen = exact_view(FRONT, BLOCK, truth, 0.01, seed)
    view = View(seen.camera, tuple(replace(tag, deviation_px=told) for tag in seen.tags))
    problem, got = CornerProblem([view]), measure([view], truth)
    shares = np.real(np.linalg.eigvals(np.linalg.solve(got.covariance, got.lasting)))
    assert np.all(shares > 0.999 * np.min(problem.lasting))
    assert np.all(shares < 1.001 * np.max(problem.lasting))


def test_an_ambiguous_tag_is_admitted_without_a_prior_and_settled_with_one() -> None:
    wrong = settled = admitted = 0
    for seed in range(100):
        truth = block_pose(np.random.default_rng(seed))
        view = exact_view(FRONT, SMALL, truth, 0.05, seed)
        if not view.tags:
            continue
        alone, known = fuse([view], None, JOINT), fuse([view], truth, JOINT)
        assert alone is not None
        assert known is not None
        admitted += alone.ambiguous
        wrong += not alone.ambiguous and error(alone.pose, truth)[1] > 25.0
        settled += alone.ambiguous and not known.ambiguous and error(known.pose, truth)[1] < 35.0
    assert admitted > 10
    assert settled > 0.7 * admitted
    assert wrong <= 1


def test_a_tag_stuck_on_the_wrong_face_is_refused_by_id() -> None:
    truth = block_pose(np.random.default_rng(4), upright=False)
    view = exact_view(FRONT, BLOCK, truth)
    other = exact_view(SIDE, BLOCK, truth)
    assert len(view.tags) + len(other.tags) >= 4
    moved = TagView(view.tags[-1].tag, view.tags[-1].corners + np.array([12.0, 5.0]))
    measurement = measure([View(FRONT, (*view.tags[:-1], moved)), other])
    assert measurement.refused == (moved.tag.id,)
    assert error(measurement.pose, truth)[0] < 0.05


def test_the_last_of_tags_that_contradict_each_other_is_not_believed_for_being_the_last() -> None:
    sided = 0
    for seed in range(20):
        truth = block_pose(np.random.default_rng(seed), upright=False)
        printed = replace(BLOCK, tags=tuple(replace(tag, size=0.03) for tag in BLOCK.tags))
        shown = exact_view(FRONT, printed, truth).tags
        view = View(FRONT, tuple(replace(tag, tag=replace(tag.tag, size=0.048)) for tag in shown))
        measurement = fuse([view], None, FusionSettings())
        if measurement is None or not measurement.refused:
            continue
        assert measurement.contradicted
        assert measure([view], truth, FusionSettings()).contradicted
        sided += 1
    assert sided > 5


def test_one_of_two_tags_is_believed_where_the_object_was_just_now() -> None:
    truth = block_pose(np.random.default_rng(4), upright=False)
    good, bad = exact_view(FRONT, BLOCK, truth, at_most=2).tags
    view = View(FRONT, (good, replace(bad, corners=bad.corners + np.array([12.0, 5.0]))))
    known = [fuse([view], moved(truth, np.array([0.02, 0.0, 0.0, 0.1, 0.0, 0.0])), JOINT), fuse([view], None, JOINT)]
    assert [one.settled for one in known if one] == [True, False]


def test_the_mean_of_tags_that_have_no_pose_of_their_own_is_the_fit() -> None:
    truth = block_pose(np.random.default_rng(0))
    (tag,) = exact_view(FRONT, BLOCK, truth, at_most=1).tags
    view = View(FRONT, (replace(tag, corners=tag.corners[[1, 1, 2, 2]]),))
    assert candidates([view]) == [[]]
    joint, mean = (measure([view], truth, replace(how, outlier_px=100.0, noise_px=10.0)) for how in (JOINT, AVERAGE))
    assert error(joint.pose, mean.pose) == (0.0, 0.0)


def test_nothing_seen_is_nothing_measured() -> None:
    assert fuse([], None, JOINT) is None
    assert fuse([View(FRONT, ())], None, JOINT) is None


def test_the_mean_of_equal_poses_is_that_pose_whatever_the_signs() -> None:
    pose = block_pose(np.random.default_rng(1), upright=False)
    opposite = Pose(pose.position, -pose.quaternion)
    assert error(average([pose, opposite, pose]), pose) == pytest.approx((0.0, 0.0), abs=1e-5)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(SettingsError, match="mode is 'mean', expected one of joint, average"):
        parse_settings(FusionSettings, "mode: mean", "settings.yaml")
