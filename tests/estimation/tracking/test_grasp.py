"""In the gripper an object goes where the hand goes, until it is seen elsewhere or let go."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.spatial import compose, inverse, quaternion_from_rotation_vector
from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.estimation.detection.sighting import Sighting
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.tracking.filter import FilterSettings
from diffpol_ros.estimation.tracking.grasp import GraspSettings
from diffpol_ros.estimation.tracking.hand import HandState
from tests.estimation.scenes import BLOCK, FRONT, SIDE, error, exact_view
from tests.estimation.sightings import TRUTH, at, seen

CLOSED_S, LIFT_S = 0.6, 1.0
GRIP = Pose(TRUTH.position + np.array([0.0, 0.005, 0.01]), np.array([1.0, 0.0, 0.0, 0.0]))
ON = GraspSettings(grasp_prior=True)


def hand_pose(time_s: float) -> Pose:
    """Return a hand that stands over the block, then lifts, moves and turns it."""
    moved_s = max(0.0, time_s - LIFT_S)
    turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, 0.4 * moved_s]))
    return compose(Pose(np.array([0.05, 0.0, 0.1]) * moved_s, turn), GRIP)


def block_at(time_s: float) -> Pose:
    """Return where the block is while it is held."""
    return compose(hand_pose(time_s), compose(inverse(GRIP), TRUTH))


def width_at(time_s: float, opens_s: float = 9.0) -> float:
    """Return fingers that close on the block at 0.4 to 0.6 s and may open again."""
    closing = 0.08 - 0.1 * max(0.0, time_s - 0.4)
    return 0.08 if time_s > opens_s else max(0.06, closing)


class Scene:
    """An estimator that sees the hand at 100 Hz and the block at 20 Hz until it is hidden."""

    def __init__(
        self, grasping: GraspSettings = ON, opens_s: float = 9.0, unheard_s: tuple[float, float] = (9.0, 9.0)
    ) -> None:
        self.estimator = Estimator([FRONT, SIDE], [BLOCK], filtering=FilterSettings(), grasping=grasping)
        self.opens_s, self.unheard_s = opens_s, unheard_s
        self._step = 0

    def run(self, until_s: float, hidden_s: float = 99.0, late: tuple[float, ...] = ()) -> "Scene":
        """Go on; sightings at the times `late` are kept back."""
        while self._step * 0.01 < until_s - 1e-9:
            time_s = round(self._step * 0.01, 2)
            if not self.unheard_s[0] < time_s < self.unheard_s[1]:
                self.estimator.see_hand(HandState(at(time_s), hand_pose(time_s), width_at(time_s, self.opens_s)))
            if self._step % 5 == 0 and time_s < hidden_s and time_s not in late:
                self.estimator.absorb(self.sighting(time_s))
            self._step += 1
        return self

    def sighting(self, time_s: float, pose: Pose | None = None) -> Sighting:
        return seen(exact_view(FRONT, BLOCK, pose or block_at(time_s)), time_s)

    def coasting(self, time_s: float) -> list[ObjectEstimate]:
        return self.estimator.coasting(at(time_s))


def test_hidden_in_the_gripper_it_goes_with_the_hand() -> None:
    scene = Scene().run(2.5, hidden_s=1.2)
    (estimate,) = scene.coasting(2.5)
    assert estimate.tracking is Tracking.COASTING
    assert estimate.stamp_ns == at(2.49)
    assert error(estimate.pose, block_at(2.49))[0] < 1.0
    assert error(estimate.pose, TRUTH)[0] > 100.0
    (report,) = scene.estimator.reports(at(2.5))
    assert report.age == pytest.approx(1.35)


def test_the_farther_it_is_carried_the_less_certain_it_is() -> None:
    traces = []
    scene = Scene()
    for time_s in (1.5, 2.0, 2.5):
        (estimate,) = scene.run(time_s, hidden_s=1.2).coasting(time_s)
        traces.append(float(np.trace(estimate.covariance)))
        off = estimate.pose.position - block_at(time_s - 0.01).position
        assert off @ np.linalg.solve(estimate.covariance[:3, :3], off) < 9.0
    assert traces == sorted(traces)
    assert traces[0] < 0.5 * traces[-1]


def test_while_it_is_seen_it_does_not_coast_and_does_not_lag_behind_the_hand() -> None:
    held, free = Scene().run(2.5), Scene(GraspSettings()).run(2.5)
    assert held.coasting(2.5) == []
    (with_hand,), (without,) = (scene.estimator.estimates(at(2.5)) for scene in (held, free))
    assert with_hand.tracking is Tracking.TRACKING
    assert error(with_hand.pose, block_at(2.45))[0] < 0.3 * error(without.pose, block_at(2.45))[0]


def test_it_is_off_unless_asked_for() -> None:
    scene = Scene(GraspSettings()).run(2.5, hidden_s=1.2)
    assert scene.coasting(2.5) == []
    assert scene.estimator.estimates(at(2.5))[0].tracking is Tracking.STALE


def test_what_is_let_go_stays_where_it_was_let_go_and_no_longer_coasts() -> None:
    scene = Scene(opens_s=2.0).run(2.5, hidden_s=1.2)
    assert scene.coasting(2.5) == []


def test_what_is_far_from_the_fingers_is_not_held() -> None:
    assert Scene(replace(ON, grasp_reach=0.005)).run(2.5, hidden_s=1.2).coasting(2.5) == []


def test_what_was_not_seen_when_the_fingers_closed_is_not_held() -> None:
    assert Scene(replace(ON, grasp_seen=0.1)).run(2.5, hidden_s=0.3).coasting(2.5) == []


def test_it_does_not_coast_forever_nor_by_a_silent_hand() -> None:
    scene = Scene(replace(ON, coast_limit=1.0)).run(2.5, hidden_s=1.2)
    assert scene.coasting(2.5) == []
    heard = Scene().run(2.5, hidden_s=1.2)
    assert len(heard.coasting(2.5)) == 1
    assert heard.coasting(3.0) == []


def test_it_is_not_called_carried_where_nobody_knows_where_the_hand_was() -> None:
    scene = Scene(unheard_s=(1.11, 1.26)).run(1.8, hidden_s=1.2)
    assert error(block_at(1.79), TRUTH)[0] > 80.0
    (estimate,) = scene.estimator.estimates(at(1.8))
    assert (estimate.tracking, estimate.stamp_ns) == (Tracking.STALE, at(1.15))
    heard = Scene(unheard_s=(1.21, 1.36)).run(1.8, hidden_s=1.2)
    assert [error(one.pose, block_at(1.79))[0] < 1.0 for one in heard.coasting(1.8)] == [True]


def test_nor_is_an_image_averaged_with_where_it_was_before_that() -> None:
    scene = Scene(unheard_s=(1.06, 1.24)).run(1.23)
    (estimate,) = scene.estimator.estimates(at(1.23))
    assert estimate.stamp_ns == at(1.2)
    assert error(estimate.pose, block_at(1.2))[0] < 1e-3


def test_seen_again_it_is_where_it_is_seen() -> None:
    scene = Scene().run(2.0, hidden_s=1.2)
    slipped = Pose(block_at(2.0).position + np.array([0.0, 0.0, -0.008]), block_at(2.0).quaternion)
    for time_s in (2.0, 2.04, 2.08):
        there = Pose(block_at(time_s).position + slipped.position - block_at(2.0).position, block_at(time_s).quaternion)
        scene.run(time_s + 0.01, hidden_s=0.0)
        assert len(scene.estimator.absorb(scene.sighting(time_s, there))) == 1
    (estimate,) = scene.run(2.6, hidden_s=0.0).coasting(2.6)
    carried = Pose(block_at(2.59).position + np.array([0.0, 0.0, -0.008]), block_at(2.59).quaternion)
    assert error(estimate.pose, carried)[0] < 1.0


def test_what_fell_out_unnoticed_is_found_where_it_lies() -> None:
    scene, dropped = Scene().run(2.5, hidden_s=1.2), Pose(TRUTH.position + np.array([0.1, 0.0, 0.0]), TRUTH.quaternion)
    for time_s in (2.4, 2.44, 2.48):
        scene.estimator.absorb(scene.sighting(time_s, dropped))
    (estimate,) = scene.estimator.estimates(at(2.5))
    assert error(estimate.pose, dropped)[0] < 1e-3
    assert scene.run(2.9, hidden_s=0.0).coasting(2.9) == []


def test_a_late_sighting_ends_as_one_in_time() -> None:
    in_time, late = Scene().run(1.6, hidden_s=1.5), Scene().run(1.6, hidden_s=1.5, late=(1.25, 1.35))
    for time_s in (1.35, 1.25):
        assert len(late.estimator.absorb(late.sighting(time_s))) == 1
    (one,), (other,) = (scene.run(2.2, hidden_s=0.0).coasting(2.2) for scene in (in_time, late))
    assert error(one.pose, other.pose) == pytest.approx((0.0, 0.0), abs=1e-6)
