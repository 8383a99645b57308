"""Each guard of places measures what it says, names what is short of room, and knows which way room grows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.guards.clearance import ClearanceGuard
from diffpol_ros.control.guards.joint_margin import JointMargin
from diffpol_ros.control.guards.keep_out import KeepOuts
from diffpol_ros.control.guards.table import Table
from diffpol_ros.control.guards.workspace import Workspace
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.types import Array, Pose
from tests.control.arm import DOWN, PANDA

BODY = PANDA.body()
LAMP = KeepOut("lamp", (0.42, 0.12, 0.3), (0.48, 0.2, 0.4))
GUARDS = (
    Workspace(BODY, PANDA.workspace),
    Table(BODY, 0.0),
    KeepOuts(BODY, (*PANDA.safety.keep_outs, LAMP)),
)
SMALL = st.tuples(*[st.floats(-0.2, 0.2)] * 7).map(lambda offset: PANDA.home_positions + np.array(offset))


def tool_at(*position: float, quaternion: Array = DOWN) -> Array:
    return Kinematics(PANDA).solve_pose(Pose(np.array(position), quaternion), PANDA.home_positions)


def room(guard: ClearanceGuard, joints: Array) -> float:
    return float(guard.clearances(BODY.at(joints[None]))[0])


@pytest.mark.parametrize(("height", "left"), [(0.35, 0.34), (0.02, 0.01), (0.0, -0.01)])
def test_the_workspace_is_measured_at_the_tool(height: float, left: float) -> None:
    placement = BODY.at(tool_at(0.45, 0.1, height)[None])
    assert GUARDS[0].clearances(placement)[0] == pytest.approx(min(left, 0.2), abs=1e-6)
    assert "(0.450, 0.100, " in GUARDS[0].reason(placement, 0)


def test_the_table_is_measured_at_the_lowest_fingertip() -> None:
    """9.5 mm beyond the tool centre point, wherever the hand points straight down."""
    assert room(GUARDS[1], tool_at(0.45, 0.0, 0.02)) == pytest.approx(0.0105, abs=2e-4)
    tilted = np.array([np.cos(0.1), 0.0, 0.0, np.sin(0.1)])
    placement = BODY.at(tool_at(0.45, 0.0, 0.01, quaternion=tilted)[None])
    assert GUARDS[1].clearances(placement)[0] < -0.005 and "the fingertips would be" in GUARDS[1].reason(placement, 0)


def test_a_keep_out_is_measured_at_the_nearest_part() -> None:
    placement = BODY.at(tool_at(0.45, 0.05, 0.35)[None])
    assert GUARDS[2].clearances(placement)[0] < 0.03
    inside = BODY.at(tool_at(0.45, 0.15, 0.35)[None])
    assert GUARDS[2].clearances(inside)[0] < 0.0
    assert "would enter the keep-out 'lamp'" in GUARDS[2].reason(inside, 0)


def test_the_elbow_is_kept_out_too() -> None:
    home = BODY.at(PANDA.home_positions[None])
    elbow = next(index for index, sphere in enumerate(BODY.spheres) if sphere.name == "elbow")
    low = tuple(float(value) for value in home.points[0, :, elbow] - 0.05)
    high = tuple(float(value) for value in home.points[0, :, elbow] + 0.05)
    guard = KeepOuts(BODY, (replace(LAMP, lower=low, upper=high),))
    assert guard.clearances(home)[0] < 0.0


@given(SMALL, st.integers(0, 6), st.sampled_from(GUARDS))
def test_room_shrinks_no_faster_than_the_reach(joints: Array, joint: int, guard: ClearanceGuard) -> None:
    moved = joints.copy()
    moved[joint] += 0.1
    assert abs(room(guard, moved) - room(guard, joints)) <= 0.1 * guard.reach[joint] + 1e-9


@given(SMALL, st.sampled_from(GUARDS))
def test_contacts_know_their_room_and_how_it_grows(joints: Array, guard: ClearanceGuard) -> None:
    contacts = guard.contacts(BODY.at(joints[None]), 2.0)
    nearest = min(contacts, key=lambda contact: contact.clearance)
    assert nearest.clearance == pytest.approx(room(guard, joints), abs=1e-9)
    step = 1e-6 * nearest.rate / max(float(np.linalg.norm(nearest.rate)), 1e-9)
    grown = min(each.clearance for each in guard.contacts(BODY.at((joints + step)[None]), 2.0))
    assert grown >= nearest.clearance - 1e-9


def test_joints_keep_their_margin() -> None:
    guard = JointMargin(PANDA.limits, PANDA.safety.joint_margin)
    joints = PANDA.home_positions
    joints[3] = PANDA.limits.upper[3] - 0.01
    placement = BODY.at(joints[None])
    assert guard.clearances(placement)[0] == pytest.approx(-0.01)
    assert guard.reason(placement, 0) == "joint 4 would be 0.010 rad beyond its margin"
