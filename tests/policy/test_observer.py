"""Messages that arrive apart become observations only when they belong together."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.policy.observer import Observer

POSE = Pose(np.zeros(3), np.array([0, 0, 0, 1.0]))


def block(stamp_ns: int) -> ObjectEstimate:
    return ObjectEstimate("block", stamp_ns, POSE, np.eye(6))


@pytest.mark.parametrize("gripper_first", [True, False])
def test_equal_stamps_make_an_observation(gripper_first: bool):
    observer = Observer()
    observer.see_object(block(5))
    if gripper_first:
        assert observer.see_gripper(7, 0.04) is None
        observation = observer.see_end_effector(7, POSE)
    else:
        assert observer.see_end_effector(7, POSE) is None
        observation = observer.see_gripper(7, 0.04)
    assert observation is not None
    assert (observation.stamp_ns, observation.gripper_width) == (7, 0.04)
    assert observation.objects["block"].stamp_ns == 5


def test_unequal_stamps_do_not():
    observer = Observer()
    observer.see_gripper(6, 0.04)
    assert observer.see_end_effector(7, POSE) is None


def test_an_older_estimate_does_not_replace_a_newer():
    observer = Observer()
    observer.see_object(block(5))
    observer.see_object(replace(block(4)))
    observer.see_gripper(7, 0.04)
    observation = observer.see_end_effector(7, POSE)
    assert observation is not None
    assert observation.objects["block"].stamp_ns == 5


def test_nothing_from_before_a_reset_counts():
    observer = Observer()
    observer.see_object(block(5))
    observer.reset(10)
    observer.see_object(block(9))
    observer.see_gripper(9, 0.04)
    assert observer.see_end_effector(9, POSE) is None
    observer.see_gripper(11, 0.04)
    observation = observer.see_end_effector(11, POSE)
    assert observation is not None
    assert not observation.objects


def tracking_at(observer: Observer, stamp_ns: int) -> Tracking:
    observer.see_gripper(stamp_ns, 0.04)
    observation = observer.see_end_effector(stamp_ns, POSE)
    assert observation is not None
    return observation.objects["block"].tracking


def test_an_estimate_carries_how_far_it_can_be_trusted():
    observer = Observer()
    observer.see_object(block(5))
    assert tracking_at(observer, 7) is Tracking.TRACKING
    observer.see_tracking({"block": Tracking.STALE, "cup": Tracking.LOST})
    assert tracking_at(observer, 8) is Tracking.STALE
    observer.see_object(block(9))
    assert tracking_at(observer, 10) is Tracking.TRACKING


def test_a_coasting_object_coasts_until_told_else():
    observer = Observer()
    observer.see_object(block(5))
    observer.see_tracking({"block": Tracking.COASTING})
    observer.see_object(block(6))
    assert tracking_at(observer, 7) is Tracking.COASTING
    observer.see_tracking({"block": Tracking.TRACKING})
    observer.see_object(block(8))
    assert tracking_at(observer, 9) is Tracking.TRACKING


def test_a_status_makes_no_object_and_changes_no_pose():
    observer = Observer()
    observer.see_tracking({"block": Tracking.LOST})
    observer.see_gripper(7, 0.04)
    observation = observer.see_end_effector(7, POSE)
    assert observation is not None
    assert not observation.objects
