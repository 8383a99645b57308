"""Between two states of the hand its pose is known, far from both it is not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.spatial import compose, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import PoseSettings
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.projection import View
from diffpol_ros.estimation.tracking.hand import HandBuffer, HandState
from tests.estimation.scenes import BLOCK, FRONT, error, exact_view
from tests.estimation.sightings import TRUTH, at, seen

SPEED, TURN = np.array([0.2, -0.1, 0.3]), np.array([0.5, 1.0, -0.4])


def moving(time_s: float) -> Pose:
    """Return a hand that moves and turns steadily."""
    return Pose(np.array([0.4, 0.0, 0.3]) + time_s * SPEED, quaternion_from_rotation_vector(time_s * TURN))


def state(time_s: float, pose: Pose | None = None, width: float = 0.08) -> HandState:
    return HandState(at(time_s), pose or moving(time_s), width)


def filled(times_s: list[float]) -> HandBuffer:
    buffer = HandBuffer()
    for time_s in times_s:
        assert buffer.add(state(time_s))
    return buffer


@given(time_s=st.floats(0.0, 0.5), order=st.permutations([0.05 * step for step in range(11)]))
def test_a_steady_motion_is_known_at_any_instant_whatever_the_order_of_arrival(
    time_s: float, order: list[float]
) -> None:
    pose = filled(order).pose_at(at(time_s))
    assert pose is not None
    assert error(pose, moving(time_s)) == pytest.approx((0.0, 0.0), abs=1e-4)


def test_just_after_the_newest_state_the_motion_goes_on() -> None:
    pose = filled([0.0, 0.01, 0.02, 0.03]).pose_at(at(0.05))
    assert pose is not None
    assert error(pose, moving(0.05)) == pytest.approx((0.0, 0.0), abs=1e-4)


@pytest.mark.parametrize("time_s", [-0.001, 0.2, 0.34, 1.0])
def test_where_no_state_is_near_nothing_is_known(time_s: float) -> None:
    assert filled([0.0, 0.1, 0.3]).pose_at(at(time_s)) is None


def test_without_a_state_nothing_is_known() -> None:
    assert HandBuffer().pose_at(at(0.0)) is None
    assert HandBuffer().newest is None


def test_a_single_state_holds_for_a_moment() -> None:
    pose = filled([0.1]).pose_at(at(0.11))
    assert pose is not None
    assert error(pose, moving(0.1)) == pytest.approx((0.0, 0.0), abs=1e-9)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_or_no_rotation_is_refused(wrong: float) -> None:
    buffer = HandBuffer()
    assert not buffer.add(state(0.0, width=wrong))
    assert not buffer.add(state(0.0, Pose(np.array([wrong, 0.0, 0.0]), moving(0.0).quaternion)))
    assert not buffer.add(state(0.0, Pose(np.zeros(3), np.zeros(4))))
    assert buffer.newest is None


def test_a_stamp_counts_once() -> None:
    buffer = filled([0.0, 0.1])
    assert not buffer.add(state(0.1, moving(0.5)))
    assert buffer.newest is not None
    assert error(buffer.newest.pose, moving(0.1)) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_time_set_back_starts_anew() -> None:
    buffer = filled([100.0, 0.0])
    assert buffer.newest is not None
    assert buffer.newest.stamp_ns == at(0.0)
    assert buffer.pose_at(at(100.0)) is None


def test_only_the_last_seconds_are_kept() -> None:
    buffer = filled([0.05 * step for step in range(400)])
    assert buffer.pose_at(at(1.0)) is None
    assert buffer.pose_at(at(9.0)) is not None
    assert buffer.pose_at(at(19.0)) is not None


ON_HAND = replace(
    FRONT,
    name="wrist",
    mount="end_effector",
    time_offset=0.02,
    pose=PoseSettings((0.05, 0.0, -0.1), (0.0, 0.0, 0.0, 1.0)),
)


def looking_down(time_s: float) -> Pose:
    """Return a hand that moves over the block."""
    return Pose(TRUTH.position + np.array([0.1 * time_s, 0.02, 0.3]), np.array([1.0, 0.0, 0.0, 0.0]))


def wrist_view(time_s: float) -> View:
    """Return what the camera on the hand sees."""
    x, y, z = compose(looking_down(time_s), ON_HAND.pose.pose).position.tolist()
    return exact_view(replace(ON_HAND, pose=PoseSettings((x, y, z), (1.0, 0.0, 0.0, 0.0))), BLOCK, TRUTH)


def test_a_camera_on_the_hand_is_where_the_hand_was_at_the_exposure() -> None:
    estimator = Estimator([ON_HAND], [BLOCK])
    for step in range(10):
        estimator.see_hand(state(0.03 * step, looking_down(0.03 * step)))
    (estimate,) = estimator.absorb(seen(wrist_view(0.1), 0.1 - ON_HAND.time_offset))
    assert error(estimate.pose, TRUTH)[0] < 1e-3
    assert estimate.stamp_ns == at(0.1)


def test_without_the_hand_a_camera_on_it_is_refused_by_name() -> None:
    estimator = Estimator([ON_HAND], [BLOCK])
    estimator.see_hand(state(-1.0, looking_down(0.0)))
    assert estimator.absorb(seen(wrist_view(0.1), 0.1)) == []
    assert estimator.placed("wrist", at(0.1)) is None
    assert estimator.counters.refused == {"no_hand_pose.wrist": 1}


def test_a_hand_that_is_not_finite_is_counted() -> None:
    estimator = Estimator([FRONT], [BLOCK])
    estimator.see_hand(state(0.0, width=np.nan))
    assert estimator.counters.refused == {"hand": 1}
