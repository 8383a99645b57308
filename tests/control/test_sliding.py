"""An approach is slowed before what is in the way, and only the approach."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.room import Room
from diffpol_ros.control.sliding import GAIN, Sliding
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, PANDA

PERIOD = 0.01
KINEMATICS = Kinematics(PANDA)
LIMIT = 0.9 * np.array(PANDA.limits.velocity)
SLIDING = Sliding(Room(PANDA), KINEMATICS, LIMIT)
NEAR_WALL = KINEMATICS.solve_pose(Pose(np.array([0.45, 0.34, 0.3]), DOWN), PANDA.home_positions)
JACOBIAN = KINEMATICS.forward_and_jacobian(NEAR_WALL)[1]


def slid(twist: Array) -> tuple[Array, str]:
    """Return what is left of a `twist` of the tool near the wall at y = 0.35."""
    velocities = np.linalg.pinv(JACOBIAN) @ twist
    step, name = SLIDING.step(NEAR_WALL, JointStep(NEAR_WALL + velocities * PERIOD, velocities, twist), PERIOD)
    return step.twist, name


@given(st.floats(0.15, 0.4), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_the_tool_slides_along_a_wall(towards: float, along: float, upwards: float) -> None:
    twist, name = slid(np.array([along, towards, upwards, 0.0, 0.0, 0.0]))
    assert name == "workspace"
    assert twist[1] <= GAIN * 0.01 + 1e-6
    np.testing.assert_allclose(twist[[0, 2, 3, 4, 5]], [along, upwards, 0.0, 0.0, 0.0], atol=0.05)


@given(st.floats(-0.4, 0.05), st.floats(-0.2, 0.2))
def test_what_leads_away_or_comes_slowly_is_left_alone(towards: float, along: float) -> None:
    wanted = np.array([along, towards, 0.0, 0.0, 0.0, 0.0])
    twist, name = slid(wanted)
    assert name == "" and (twist == wanted).all()


def test_no_joint_is_made_faster_than_it_may_be() -> None:
    velocities = LIMIT * np.array([1, 1, -1, 1, 1, -1, 1])
    step = JointStep(NEAR_WALL + velocities * PERIOD, velocities, JACOBIAN @ velocities)
    assert (np.abs(SLIDING.step(NEAR_WALL, step, PERIOD)[0].velocities) <= LIMIT + 1e-12).all()
