"""From sightings to estimates, with exact corners and with those of the real detector."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import compose, normalize_quaternion
from diffpol_ros.core.types import Pose, Tracking
from diffpol_ros.estimation.calibration import PoseSettings
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.images import ImageError
from diffpol_ros.estimation.detection.pupil_detector import PupilDetector
from diffpol_ros.estimation.detection.sighting import Sighting, sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.fusion import FusionSettings
from diffpol_ros.estimation.tracking.filter import FilterSettings
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, draw, error, exact_view, rebased
from tests.estimation.sightings import TRUTH, at, seen, show

FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH


@pytest.fixture
def estimator() -> Estimator:
    return Estimator([FRONT, SIDE], [BLOCK, BASE], filtering=FilterSettings(time_constant=0.0))


def test_what_is_seen_is_estimated_at_its_exposure(estimator: Estimator) -> None:
    (estimate,) = show(estimator, TRUTH, 0.0)
    assert estimate.name == "block"
    assert estimate.stamp_ns == at(0.0)
    assert estimate.tracking is Tracking.TRACKING
    assert error(estimate.pose, TRUTH)[0] < 0.01
    assert np.all(np.linalg.eigvalsh(estimate.covariance) > 0.0)


def test_what_is_not_seen_is_not_estimated_but_ages(estimator: Estimator) -> None:
    assert estimator.estimates(at(0.0)) == []
    show(estimator, TRUTH, 0.0)
    assert estimator.absorb(Sighting("front", at(0.1), ())) == []
    ages = [estimator.estimates(at(time_s))[0].tracking for time_s in (0.1, 1.0, 3.0)]
    assert ages == [Tracking.TRACKING, Tracking.STALE, Tracking.LOST]


def test_two_cameras_at_one_instant_are_better_than_either() -> None:
    errors = {"front": [], "side": [], "both": []}
    for seed in range(40):
        estimator = Estimator([FRONT, SIDE], [BLOCK], FusionSettings(noise_px=0.1))
        truth = block_pose(np.random.default_rng(seed))
        for name, after in (("front", "front"), ("side", "both")):
            (estimate,) = estimator.absorb(seen(exact_view(estimator.cameras[name], BLOCK, truth, 0.1, seed), 0.0))
            errors[after].append(error(estimate.pose, truth)[0])
    assert np.median(errors["both"]) < 0.4 * np.median(errors["front"])


def test_each_image_counts_at_its_own_exposure(estimator: Estimator) -> None:
    later = Pose(TRUTH.position + np.array([0.01, 0.0, 0.0]), TRUTH.quaternion)
    show(estimator, TRUTH, 0.0, "front")
    (estimate,) = show(estimator, later, 0.05, "side")
    assert error(estimate.pose, later)[0] < 0.01
    assert estimate.stamp_ns == at(0.05)


def test_time_set_back_starts_anew(estimator: Estimator) -> None:
    away = Pose(TRUTH.position + np.array([0.0, 0.1, 0.0]), TRUTH.quaternion)
    show(estimator, TRUTH, 100.0)
    (estimate,) = show(estimator, away, 0.0)
    assert estimate.stamp_ns == at(0.0)


def test_a_jump_is_counted_and_not_published(estimator: Estimator) -> None:
    away = Pose(TRUTH.position + np.array([0.0, -0.25, 0.0]), TRUTH.quaternion)
    show(estimator, TRUTH, 0.0)
    assert [len(show(estimator, away, 0.1 * i)) for i in (1, 2, 3)] == [0, 0, 1]
    assert estimator.counters.refused["jump"] == 2


def test_an_object_whose_tags_contradict_each_other_is_not_located_and_counted(estimator: Estimator) -> None:
    printed = replace(BLOCK, tags=tuple(replace(tag, size=0.03) for tag in BLOCK.tags))
    for index in range(5):
        assert estimator.absorb(seen(exact_view(FRONT, printed, TRUTH), 0.1 * index)) == []
    assert estimator.counters.refused == {"contradicted": 5}
    assert [report.ambiguous for report in estimator.reports(at(0.4))] == [True]


def test_tags_of_no_object_are_counted_by_id(estimator: Estimator) -> None:
    stranger = TagDetection(77, np.array([[0, 9], [9, 9], [9, 0], [0, 0]]), 80.0, 0)
    assert estimator.absorb(Sighting("front", at(0.0), (stranger,))) == []
    assert estimator.counters.unknown == {77: 1}


def test_reset_forgets_poses_and_stamps(estimator: Estimator) -> None:
    away = Pose(TRUTH.position + np.array([0.0, -0.25, 0.0]), TRUTH.quaternion)
    show(estimator, TRUTH, 0.1)
    estimator.reset()
    assert estimator.estimates(at(0.1)) == []
    assert len(show(estimator, away, 0.05)) == 1


def test_a_sighting_of_an_unknown_camera_is_refused(estimator: Estimator) -> None:
    with pytest.raises(ImageError, match="camera 'frnt', which is not calibrated; did you mean 'front'"):
        estimator.absorb(Sighting("frnt", at(0.0), ()))
    assert estimator.counters.frames.total() == 0


def test_cameras_must_have_names_of_their_own() -> None:
    with pytest.raises(SettingsError, match="share a name"):
        Estimator([FRONT, FRONT], [BLOCK])


def test_corners_that_are_not_finite_are_refused_and_counted(estimator: Estimator) -> None:
    broken = TagDetection(BLOCK.tags[0].id, np.full((4, 2), np.nan), 80.0, 0)
    assert estimator.absorb(Sighting("front", at(0.0), (broken,))) == []
    assert estimator.counters.refused == {"not_finite": 1}


def test_an_object_seen_by_one_camera_is_measured_as_by_that_camera_alone() -> None:
    both, alone = Estimator([FRONT, SIDE], [BLOCK]), Estimator([FRONT], [BLOCK])
    both.absorb(Sighting("side", at(0.0), ()))
    (one,), (other,) = show(both, TRUTH, 0.0), show(alone, TRUTH, 0.0)
    assert error(one.pose, other.pose) == pytest.approx((0.0, 0.0), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_another_base_frame_moves_all_estimates_with_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    change = Pose(rng.normal(size=3), normalize_quaternion(rng.normal(size=4)))
    here = Estimator([FRONT, SIDE], [BLOCK])
    there = Estimator([rebased(camera, change) for camera in (FRONT, SIDE)], [BLOCK])
    for index in range(6):
        sighting = seen(exact_view((FRONT, SIDE)[index % 2], BLOCK, TRUTH, 0.02, index), 0.03 * index)
        here.absorb(sighting)
        there.absorb(sighting)
    (one,), (other,) = here.estimates(at(0.2)), there.estimates(at(0.2))
    assert error(compose(change, one.pose), other.pose) == pytest.approx((0.0, 0.0), abs=1e-4)


def test_a_report_tells_what_an_estimate_rests_on(estimator: Estimator) -> None:
    assert estimator.reports(at(0.0)) == []
    show(estimator, TRUTH, 0.0)
    show(estimator, TRUTH, 0.0, "side")
    (report,) = estimator.reports(at(0.3))
    tags = sum(len(exact_view(camera, BLOCK, TRUTH).tags) for camera in (FRONT, SIDE))
    assert (report.tags, report.cameras, report.ambiguous) == (tags, 2, False)
    assert report.residual_px < 1e-3
    assert report.age == pytest.approx(0.3)
    show(estimator, TRUTH, 1.5)
    assert estimator.reports(at(1.5))[0].cameras == 1


def test_a_report_tells_that_the_newest_images_are_ambiguous() -> None:
    small = replace(BLOCK, tags=(replace(BLOCK.tags[4], size=0.016),))
    near = replace(FRONT, name="near", pose=PoseSettings((0.55, 0.0, 0.3), (1.0, 0.0, 0.0, 0.0)))
    estimator = Estimator([FRONT, near], [small], FusionSettings(prior_angle=0.0))
    assert len(estimator.absorb(seen(exact_view(near, small, TRUTH), 0.0))) == 1
    assert estimator.absorb(seen(exact_view(FRONT, small, TRUTH, 0.02), 0.1)) == []
    assert estimator.counters.refused == {"ambiguous": 1}
    (report,) = estimator.reports(at(0.1))
    assert report.ambiguous
    assert report.estimate is not None
    assert report.estimate.stamp_ns == at(0.0)


def test_an_object_that_was_seen_but_never_located_is_reported_as_that() -> None:
    small = replace(BLOCK, tags=(replace(BLOCK.tags[4], size=0.016),))
    estimator = Estimator([FRONT], [small])
    assert estimator.absorb(seen(exact_view(FRONT, small, TRUTH, 0.02), 0.0)) == []
    assert estimator.estimates(at(0.0)) == []
    (report,) = estimator.reports(at(0.0))
    assert (report.name, report.estimate, report.ambiguous) == ("block", None, True)


@pytest.fixture(scope="module")
def pupil() -> Iterator[PupilDetector]:
    detector = PupilDetector()
    yield detector
    detector.close()


def test_drawn_images_give_block_and_base_within_a_millimetre_and_no_flip(pupil: PupilDetector) -> None:
    errors: dict[str, list[tuple[float, float]]] = {"block": [], "base": []}
    for seed in range(12):
        truths = {"block": block_pose(np.random.default_rng(seed)), "base": FIXED}
        estimator = Estimator([FRONT, SIDE], [BLOCK, BASE])
        for camera in (FRONT, SIDE):
            image = draw(camera, [(BASE, FIXED), (BLOCK, truths["block"])], seed)
            estimator.absorb(sight(camera, pupil, image, at(0.0)))
        for estimate in estimator.estimates(at(0.0)):
            errors[estimate.name].append(error(estimate.pose, truths[estimate.name]))
    assert min(len(found) for found in errors.values()) >= 10
    assert np.median(errors["block"], axis=0)[0] < 0.2
    assert np.max(errors["block"]) < 1.0
    assert np.max(errors["base"]) < 1.5
