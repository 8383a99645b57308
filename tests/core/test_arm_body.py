"""The body is where the kinematics say, and spheres cover what they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.arm_body import FRAMES, ArmBody
from diffpol_ros.core.clearances import inside_box, outside_boxes, ways_outside_boxes
from diffpol_ros.core.robot_description import load_robot_description

PANDA = load_robot_description("panda")
BODY = PANDA.body()
LOWER, UPPER = np.array(PANDA.limits.lower), np.array(PANDA.limits.upper)
JOINTS = st.tuples(*[st.floats(0.0, 1.0)] * 7).map(lambda shares: LOWER + np.array(shares) * (UPPER - LOWER))
POINT = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)


def test_at_home_the_tool_is_where_the_file_says() -> None:
    assert BODY.at(PANDA.home_positions[None]).tool[0] == pytest.approx([0.45, 0.0, 0.35], abs=1e-6)


@given(JOINTS, JOINTS)
def test_several_configurations_are_placed_as_each_alone(first: np.ndarray, second: np.ndarray) -> None:
    both = BODY.at(np.array((first, second)))
    for index, joints in enumerate((first, second)):
        np.testing.assert_allclose(both.points[index], BODY.at(joints[None]).points[0], atol=1e-12)


@given(JOINTS, st.integers(0, len(BODY.spheres) - 1), st.integers(0, 2))
def test_rates_are_the_derivatives_of_places(joints: np.ndarray, sphere: int, axis: int) -> None:
    small = 1e-6
    moved = np.vstack([joints + small * np.eye(7), joints - small * np.eye(7)])
    points = BODY.at(moved).points[:, axis, sphere]
    rate = BODY.rate(BODY.at(joints[None]), 0, sphere, np.eye(3)[axis])
    np.testing.assert_allclose(rate, (points[:7] - points[7:]) / (2.0 * small), atol=1e-7)


@given(JOINTS, st.integers(0, 6), st.floats(0.001, 0.5))
def test_no_point_goes_farther_than_the_reach_allows(joints: np.ndarray, joint: int, angle: float) -> None:
    moved = joints.copy()
    moved[joint] += angle
    points = BODY.at(np.array((joints, moved))).points
    assert np.linalg.norm(points[1] - points[0], axis=0).max() <= BODY.reach[joint] * angle + 1e-12


@given(st.sampled_from(PANDA.safety.body), st.floats(0.0, 1.0), st.tuples(*[st.floats(-1.0, 1.0)] * 3))
def test_spheres_cover_their_capsule(capsule: object, share: float, way: tuple[float, float, float]) -> None:
    assert capsule in PANDA.safety.body
    part = next(each for each in PANDA.safety.body if each is capsule)
    alone = ArmBody(PANDA.kinematics, PANDA.tool, (part,))
    line = np.array(part.end) - np.array(part.start)
    direction = np.array(way) / max(float(np.linalg.norm(way)), 1e-9)
    inside = np.array(part.start) + share * line + part.radius * direction
    spheres = alone.spheres[alone.covering]
    assert min(float(np.linalg.norm(inside - each.point)) - each.radius for each in spheres) <= 1e-9
    assert all(FRAMES[each.frame] == part.frame for each in spheres)


@given(POINT)
def test_the_distance_from_a_box_is_that_of_its_nearest_point(point: np.ndarray) -> None:
    lower, upper = np.array([-0.3, -0.2, -0.1]), np.array([0.4, 0.3, 0.2])
    distance = float(outside_boxes(point[None, :, None], lower[None], upper[None])[0, 0, 0])
    nearest = np.clip(point, lower, upper)
    room = float(inside_box(point[None], lower, upper)[0])
    assert distance == pytest.approx(-room if room >= 0.0 else float(np.linalg.norm(point - nearest)), abs=1e-12)


@given(POINT, POINT, st.floats(0.0, 1.0))
def test_no_place_on_a_straight_way_is_nearer_to_a_box_than_the_way_is(
    start: np.ndarray, end: np.ndarray, share: float
) -> None:
    lower, upper = np.array([[-0.3, -0.2, -0.1]]), np.array([[0.4, 0.3, 0.2]])
    way = float(ways_outside_boxes(np.array((start, end))[:, :, None], lower, upper)[0, 0, 0])
    place = start + share * (end - start)
    assert way <= outside_boxes(place[None, :, None], lower, upper)[0, 0, 0] + 1e-12


@given(st.floats(0.0, 0.5), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_a_way_along_a_face_is_as_far_from_the_box_as_its_ends(height: float, start: float, end: float) -> None:
    lower, upper = np.array([[-2.0, -2.0, -0.1]]), np.array([[2.0, 2.0, 0.2]])
    points = np.array([[start, end, 0.2 + height], [end, start, 0.2 + height]])[:, :, None]
    assert ways_outside_boxes(points, lower, upper)[0, 0, 0] == pytest.approx(height)
