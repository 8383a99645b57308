"""Messages that arrive apart become observations only when they belong together."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.types import ObjectEstimate, Pose
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
