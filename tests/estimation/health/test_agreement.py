"""Cameras that see an object in two places are told of, whichever of them looks first; a moving object is no reason."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.health.agreement import AgreementWatch, Contradiction
from diffpol_ros.estimation.health.drift import DriftSettings, Placement
from tests.estimation.scenes import BLOCK, FRONT, SIDE, block_pose, detections, exact_view

TRUTH = block_pose(np.random.default_rng(0))
PERIOD_S = 1.0 / 15.0


def watch() -> AgreementWatch:
    return AgreementWatch([FRONT, SIDE], [BLOCK], FusionSettings(), DriftSettings())


def shifted(millimetres: float) -> Pose:
    return Pose(TRUTH.position + np.array([0.0, 1e-3 * millimetres, 0.0]), TRUTH.quaternion)


def look(
    agreement: AgreementWatch, camera: CameraCalibration, pose: Pose, time_s: float, model: ObjectModel = BLOCK
) -> list[Contradiction]:
    view = exact_view(camera, model, pose, 0.02, seed=int(1e3 * time_s))
    return agreement.see(camera, detections(view), to_ns(10.0 + time_s))


def both(
    agreement: AgreementWatch, front: Callable[[float], Pose], side: Callable[[float], Pose], apart_s: float = 0.03
) -> int:
    """Let both cameras look for three seconds; return how many images were contradicted."""
    count = 0
    for i in range(45):
        time_s = i * PERIOD_S
        count += len(look(agreement, FRONT, front(time_s), time_s))
        count += len(look(agreement, SIDE, side(time_s + apart_s), time_s + apart_s))
    return count


def test_cameras_that_agree_are_left_alone() -> None:
    agreement = watch()
    assert both(agreement, lambda _: TRUTH, lambda _: TRUTH) == 0
    assert list(agreement.complaints()) == []


def test_a_moving_object_is_no_disagreement_though_cameras_look_in_turn() -> None:
    agreement = watch()

    def carried(time_s: float) -> Pose:
        return shifted(200.0 * (time_s - 1.5))

    assert both(agreement, carried, carried, apart_s=0.06) == 0
    assert list(agreement.complaints()) == []


@pytest.mark.parametrize("poor", ["front", "side"])
def test_what_one_camera_sees_poorly_contradicts_nothing(poor: str) -> None:
    agreement = watch()
    for camera, pose in ((FRONT, shifted(12.0)), (SIDE, TRUTH)):
        told_px = 30.0 if camera.name == poor else 0.02
        found = [replace(one, deviation_px=told_px) for one in detections(exact_view(camera, BLOCK, pose))]
        assert agreement.see(camera, found, to_ns(1.0)) == []


@pytest.mark.parametrize("apart_s", [0.0, 0.03])
def test_cameras_that_differ_by_more_than_a_grasp_allows_contradict_each_other(apart_s: float) -> None:
    agreement = watch()
    assert both(agreement, lambda _: shifted(20.0), lambda _: TRUTH, apart_s) >= 86
    ((placement, said),) = agreement.complaints()
    assert placement is Placement.MOVED
    assert "cameras front and side see block 20." in said or "cameras front and side see block 19." in said


def test_cameras_that_differ_a_little_are_told_of_and_used() -> None:
    agreement = watch()
    assert both(agreement, lambda _: shifted(6.0), lambda _: TRUTH) == 0
    ((placement, said),) = agreement.complaints()
    assert placement is Placement.DRIFTING
    assert "calibrate them anew" in said


def test_a_camera_bumped_while_it_runs_is_contradicted_and_comes_back() -> None:
    agreement = watch()
    steps = [(0.0, 0), (20.0, 1), (0.0, 0)]
    for start, (off, last) in enumerate(steps):
        found: list[Contradiction] = []
        for i in range(45):
            time_s = 3.0 * start + i * PERIOD_S
            found = look(agreement, FRONT, shifted(off), time_s)
            look(agreement, SIDE, TRUTH, time_s + 0.03)
        assert len(found) == last


def test_tags_that_contradict_each_other_are_told_of_for_each_camera_alone() -> None:
    agreement = watch()
    printed = replace(BLOCK, tags=tuple(replace(tag, size=0.03) for tag in BLOCK.tags))
    assert look(agreement, FRONT, TRUTH, 0.0, printed) == [Contradiction("block", "front", "front")]
    ((placement, said),) = agreement.complaints()
    assert placement is Placement.MOVED
    assert "camera front sees tags of block that contradict each other" in said


def test_one_covered_tag_of_two_is_no_contradiction_where_the_other_stands_as_it_stood() -> None:
    agreement = watch()
    look(agreement, FRONT, TRUTH, 0.0)
    view = detections(exact_view(FRONT, BLOCK, TRUTH, at_most=2))
    covered = [view[0], replace(view[1], corners=view[1].corners + np.array([[0.0, 9.0], [0, 0], [0, 0], [0, 0]]))]
    assert agreement.see(FRONT, covered, to_ns(10.1)) == []


def test_what_was_seen_long_ago_contradicts_nothing() -> None:
    agreement = watch()
    look(agreement, FRONT, TRUTH, 0.0)
    assert look(agreement, SIDE, shifted(100.0), 5.0) == []


def test_corners_that_are_no_numbers_are_passed_over() -> None:
    found = [replace(one, corners=np.full((4, 2), np.nan)) for one in detections(exact_view(FRONT, BLOCK, TRUTH))]
    agreement = watch()
    assert [agreement.see(FRONT, found, to_ns(1.0 + 0.1 * i)) for i in range(3)] == [[], [], []]
    assert look(agreement, FRONT, TRUTH, 0.5) == []
