"""Exposures in the order of their stamps: one fit an instant, and the filter gone over again from what changed."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.fusion.fusion import FusionSettings
from diffpol_ros.estimation.tracking import timeline as module
from diffpol_ros.estimation.tracking.filter import FilterSettings, FilterState, Verdict
from diffpol_ros.estimation.tracking.timeline import Exposure, Timeline
from tests.estimation.scenes import BLOCK, FRONT, SIDE, error, exact_view
from tests.estimation.sightings import TRUTH, at, shifted

SLOW = FilterSettings(time_constant=0.3)


def exposure(time_s: float, pose: Pose = TRUTH, camera: str = "front", tags: int = 6) -> Exposure:
    return Exposure(at(time_s), exact_view({"front": FRONT, "side": SIDE}[camera], BLOCK, pose, at_most=tags))


def state(timeline: Timeline) -> FilterState:
    assert timeline.state is not None
    return timeline.state


def test_cameras_within_a_millisecond_are_one_instant() -> None:
    timeline = Timeline(FusionSettings(), FilterSettings())
    tags = [len(exact_view(camera, BLOCK, TRUTH).tags) for camera in (FRONT, SIDE)]
    timeline.insert(exposure(0.0))
    for time_s, camera, used in ((0.0008, "side", sum(tags)), (0.0016, "front", tags[0])):
        measurement = timeline.insert(exposure(time_s, camera=camera)).measurement
        assert measurement is not None
        assert measurement.tags == used
    assert state(timeline).stamp_ns == at(0.0016)


def test_only_what_changed_is_fitted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted, fit = [], module.fit
    monkeypatch.setattr(module, "fit", lambda views, *rest: fitted.append(len(views)) or fit(views, *rest))
    timeline = Timeline(FusionSettings(), SLOW)
    for step in (0, 1, 3, 4, 5):
        timeline.insert(exposure(0.05 * step))
    timeline.insert(exposure(0.05 * 2, shifted(0.005), "side"))
    timeline.insert(exposure(0.05 * 1, camera="side"))
    assert fitted == [1, 1, 1, 1, 1, 1, 2]


def test_what_comes_late_moves_what_came_after_it() -> None:
    timeline = Timeline(FusionSettings(), SLOW)
    for time_s in (0.0, 0.1):
        timeline.insert(exposure(time_s))
    before = state(timeline).pose
    timeline.insert(exposure(0.05, shifted(0.01)))
    assert state(timeline).stamp_ns == at(0.1)
    assert error(state(timeline).pose, before)[0] > 0.5


def test_what_is_forgotten_still_counts_but_changes_no_more() -> None:
    timeline = Timeline(FusionSettings(), SLOW)
    for step in range(4):
        timeline.insert(exposure(0.05 * step))
    closed = timeline.forget(at(0.08))
    assert [stamp_ns for stamp_ns, _ in closed] == [at(0.0), at(0.05)]
    assert timeline.forget(at(0.08)) == []
    timeline.forget(at(1.0))
    assert state(timeline).stamp_ns == at(0.15)
    assert timeline.grounds is not None
    assert not timeline.ambiguous


def test_a_jump_does_not_become_the_ground_of_the_estimate() -> None:
    timeline = Timeline(FusionSettings(), FilterSettings())
    timeline.insert(exposure(0.0, tags=1))
    outcome = timeline.insert(exposure(0.05, shifted(y=-0.2)))
    assert outcome.verdict is Verdict.JUMP
    assert timeline.grounds is not None
    assert timeline.grounds.tags == 1


def test_a_known_motion_is_expected_and_not_doubted() -> None:
    def carry(known: FilterState, _: int) -> FilterState:
        return replace(known, pose=Pose(known.pose.position + np.array([0.0, -0.2, 0.0]), known.pose.quaternion))

    for predict, verdict in ((None, Verdict.JUMP), (carry, Verdict.ACCEPTED)):
        timeline = Timeline(FusionSettings(), FilterSettings(), predict=predict)
        timeline.insert(exposure(0.0))
        assert timeline.insert(exposure(0.05, shifted(y=-0.2))).verdict is verdict
