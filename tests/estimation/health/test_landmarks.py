"""A camera that moves is warned about before its estimates mislead, and refused before they harm."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import compose, identity_pose, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, PoseSettings
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.corner_noise import usual_noise
from diffpol_ros.estimation.fusion.fusion import FusionSettings, fuse
from diffpol_ros.estimation.fusion.projection import View
from diffpol_ros.estimation.health.drift import DriftSettings, Placement
from diffpol_ros.estimation.health.landmarks import LandmarkWatch
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, error, exact_view

FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else identity_pose()
NOISE_PX = 0.05
RATE = 10.0
WARNED_BEFORE_MM, REFUSED_BEFORE_MM = 8.0, 16.0


def watch(*landmarks: ObjectModel) -> LandmarkWatch:
    return LandmarkWatch(landmarks, FusionSettings(noise_px=NOISE_PX), DriftSettings())


def moved(camera: CameraCalibration, shift: np.ndarray, turn: np.ndarray) -> CameraCalibration:
    """Return where a camera really is after it shifted [m] and turned about itself [rad], in its own axes."""
    pose = compose(camera.pose.pose, Pose(shift, quaternion_from_rotation_vector(turn)))
    return replace(camera, pose=PoseSettings(tuple(pose.position.tolist()), tuple(pose.quaternion.tolist())))


def shown(really: CameraCalibration, model: ObjectModel, pose: Pose, seed: int) -> View:
    """Return what a camera sees from where it really is; it is believed to be where it was calibrated."""
    seen = exact_view(really, model, pose, NOISE_PX, seed)
    return View(FRONT if really.name == "front" else SIDE, seen.tags)


def base_seen_by(really: CameraCalibration, seed: int = 0) -> list[TagDetection]:
    return detections(shown(really, BASE, FIXED, seed))


@pytest.mark.parametrize("camera", [FRONT, SIDE])
def test_a_camera_in_its_place_is_verified(camera: CameraCalibration) -> None:
    landmarks = watch(BASE)
    assert landmarks.placement is Placement.UNVERIFIED
    for i in range(40):
        assert landmarks.see(camera, base_seen_by(camera, i), to_ns(i / RATE))
        assert landmarks.placement is Placement.VERIFIED
    assert landmarks.complaint("front") == ""
    assert float(str(landmarks.values("front")["offset_mm.front.base"])) < 0.5


def test_an_image_without_a_landmark_says_nothing() -> None:
    landmarks = watch(BASE)
    block = detections(exact_view(FRONT, BLOCK, block_pose(np.random.default_rng(0))))
    assert landmarks.see(FRONT, block, 0)
    assert landmarks.placement is Placement.UNVERIFIED


def test_without_landmarks_there_is_nothing_to_verify() -> None:
    assert watch().placement is Placement.VERIFIED
    assert watch().values("front") == {}


def test_the_complaint_names_camera_landmark_and_cure() -> None:
    landmarks = watch(BASE)
    really = moved(FRONT, np.array([0.03, 0.0, 0.0]), np.zeros(3))
    assert not landmarks.see(FRONT, base_seen_by(really), 0)
    complaint = landmarks.complaint("front")
    assert complaint.startswith("camera front sees base 30.")
    assert "is refused: it or base was moved" in complaint


def drifts() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return ways to drift [per second]: 0.5 mm and 1 mrad in each direction of the camera, and both at random."""
    ways = [(0.5e-3 * axis, np.zeros(3)) for axis in np.eye(3)] + [(np.zeros(3), 1e-3 * axis) for axis in np.eye(3)]
    for seed in range(6):
        rng = np.random.default_rng(seed)
        shift, turn = rng.normal(size=3), rng.normal(size=3)
        ways.append((5e-4 * shift / np.linalg.norm(shift), 5e-4 * turn / np.linalg.norm(turn)))
    return ways


@pytest.mark.parametrize(("shift", "turn"), drifts())
def test_a_slow_drift_is_warned_about_and_refused_before_the_object_is_far_off(
    shift: np.ndarray, turn: np.ndarray
) -> None:
    landmarks, truth = watch(BASE), block_pose(np.random.default_rng(1))
    off_mm: dict[Placement, float] = {}
    for i in range(1200):
        time_s = i / RATE
        really = moved(FRONT, time_s * shift, time_s * turn)
        landmarks.see(FRONT, base_seen_by(really, i), to_ns(time_s))
        if landmarks.placement not in off_mm:
            block = fuse([shown(really, BLOCK, truth, i)], truth, FusionSettings(noise_px=NOISE_PX))
            assert block is not None
            off_mm[landmarks.placement] = error(block.pose, truth)[0]
        if Placement.MOVED in off_mm:
            break
    assert list(off_mm) == [Placement.VERIFIED, Placement.DRIFTING, Placement.MOVED]
    assert off_mm[Placement.DRIFTING] < WARNED_BEFORE_MM
    assert off_mm[Placement.MOVED] < REFUSED_BEFORE_MM


def test_a_camera_turned_by_half_is_refused_at_once() -> None:
    landmarks = watch(BASE)
    size = np.array([FRONT.width - 1.0, FRONT.height - 1.0])
    turned = [replace(found, corners=size - found.corners) for found in base_seen_by(FRONT)]
    assert not landmarks.see(FRONT, turned, 0)
    assert landmarks.placement is Placement.MOVED


def test_the_images_of_another_camera_are_refused_at_once() -> None:
    landmarks = watch(BASE)
    assert not landmarks.see(FRONT, base_seen_by(SIDE), 0)
    assert landmarks.placement is Placement.MOVED


def test_the_worst_of_two_landmarks_counts() -> None:
    there = PoseSettings((0.45, 0.25, 0.001), (0.0, 0.0, 0.0, 1.0))
    other = replace(BASE, name="other", fixed_pose=there, tags=(replace(BASE.tags[0], id=1),))
    displaced = Pose(there.pose.position + np.array([0.02, 0.0, 0.0]), there.pose.quaternion)
    landmarks = watch(BASE, other)
    seen = [*base_seen_by(FRONT), *detections(exact_view(FRONT, other, displaced))]
    assert not landmarks.see(FRONT, seen, 0)
    assert landmarks.placement is Placement.MOVED
    assert "sees other 20.0 mm" in landmarks.complaint("front")
    assert "sees base" not in landmarks.complaint("front")


def test_a_drift_is_that_of_the_landmark_in_the_base_frame() -> None:
    landmarks = watch(BASE)
    displaced = Pose(FIXED.position + np.array([0.0, 0.005, 0.0]), FIXED.quaternion)
    landmarks.see(FRONT, detections(exact_view(FRONT, BASE, displaced)), 0)
    assert float(str(landmarks.values("front")["offset_mm.front.base"])) == pytest.approx(5.0, abs=0.05)
    assert landmarks.placement is Placement.DRIFTING


def test_what_a_poor_lens_may_do_by_chance_is_not_held_against_it() -> None:
    """Eight times the noise that is assumed: known, it is no drift; unknown, single images would be refused."""
    landmarks, unknowing = watch(BASE), watch(BASE)
    refused = 0
    for i in range(60):
        seen = detections(exact_view(FRONT, BASE, FIXED, 8.0 * NOISE_PX, i))
        assert landmarks.see(FRONT, seen, to_ns(i / RATE), usual_noise(8.0 * NOISE_PX))
        refused += not unknowing.see(FRONT, seen, to_ns(i / RATE))
    assert landmarks.placement is Placement.VERIFIED
    assert refused > 0
