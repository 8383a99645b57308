"""The share of a limit is 1 at the limit, on either side."""

from dataclasses import replace

import numpy as np

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.replay.limit_use import position_use, velocity_use
from diffpol_ros.replay.series import JointSeries

LIMITS = load_robot_description("panda").limits
STAMPS = np.arange(2)


def test_an_end_of_the_range_is_one() -> None:
    ends = np.hstack([[LIMITS.lower, LIMITS.upper], np.full((2, 2), 0.04)])
    np.testing.assert_allclose(position_use(JointSeries(STAMPS, STAMPS, ends), LIMITS), [[-1.0] * 7, [1.0] * 7])


def test_the_highest_velocity_is_one() -> None:
    fastest = np.zeros((2, 9))
    fastest[0, :7] = LIMITS.velocity
    joints = JointSeries(STAMPS, STAMPS, np.zeros((2, 9)), fastest)
    np.testing.assert_allclose(velocity_use(joints, LIMITS), [[1.0] * 7, [0.0] * 7])
    assert velocity_use(replace(joints, velocities=np.zeros((0, 0))), LIMITS).shape == (0, 7)
