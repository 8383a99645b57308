import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from diffpol_ros.core import spatial
from diffpol_ros.core.types import Array, Pose


def vectors(size: int, bound: float) -> st.SearchStrategy[Array]:
    return arrays(np.float64, size, elements=st.floats(-bound, bound, allow_subnormal=False))


@st.composite
def quaternions(draw: st.DrawFn) -> Array:
    raw = draw(vectors(4, 1.0))
    assume(np.linalg.norm(raw) > 1e-3)
    return raw / np.linalg.norm(raw)


@st.composite
def poses(draw: st.DrawFn) -> Pose:
    return Pose(draw(vectors(3, 10.0)), draw(quaternions()))


@st.composite
def rotation_vectors(draw: st.DrawFn, largest: float = math.pi - 1e-6) -> Array:
    """Any axis, any angle up to `largest`, the very small ones included."""
    axis = draw(vectors(3, 1.0))
    assume(np.linalg.norm(axis) > 1e-3)
    angle = draw(st.one_of(st.floats(0.0, largest), st.floats(0.0, 1e-5), st.floats(9e-4, 1.1e-3)))
    return angle * axis / np.linalg.norm(axis)


def same_rotation(one: Array, other: Array, tolerance: float = 1e-9) -> bool:
    return bool(np.linalg.norm(spatial.rotation_between(one, other)) < tolerance)


def assert_same_pose(one: Pose, other: Pose, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(one.position, other.position, atol=tolerance)
    assert same_rotation(one.quaternion, other.quaternion, tolerance)


@given(quaternions())
def test_matrix_agrees_with_scipy(quaternion: Array) -> None:
    expected = Rotation.from_quat(quaternion).as_matrix()
    np.testing.assert_allclose(spatial.matrix_from_quaternion(quaternion), expected, atol=1e-12)


@given(quaternions())
def test_matrix_is_a_rotation(quaternion: Array) -> None:
    matrix = spatial.matrix_from_quaternion(quaternion)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


@given(quaternions())
def test_a_quaternion_and_its_negative_are_one_rotation(quaternion: Array) -> None:
    positive, negative = (spatial.matrix_from_quaternion(one) for one in (quaternion, -quaternion))
    np.testing.assert_array_equal(positive, negative)
    assert np.linalg.norm(spatial.rotation_between(quaternion, -quaternion)) < 1e-9
    same = spatial.rotation_vector(quaternion) - spatial.rotation_vector(-quaternion)
    assert np.linalg.norm(same) < 1e-9 or abs(quaternion[3]) < 1e-9


@given(quaternions())
def test_quaternion_survives_the_matrix(quaternion: Array) -> None:
    back = spatial.quaternion_from_matrix(spatial.matrix_from_quaternion(quaternion))
    assert same_rotation(back, quaternion)
    assert back[3] >= 0.0
    assert np.linalg.norm(back) == pytest.approx(1.0)


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1)])
def test_half_turns_survive_the_matrix(axis: tuple[int, int, int]) -> None:
    quaternion = np.array([*axis, 0.0]) / np.linalg.norm(axis)
    back = spatial.quaternion_from_matrix(spatial.matrix_from_quaternion(quaternion))
    assert same_rotation(back, quaternion)


@given(quaternions(), quaternions())
def test_product_agrees_with_scipy(left: Array, right: Array) -> None:
    expected = (Rotation.from_quat(left) * Rotation.from_quat(right)).as_quat()
    assert same_rotation(spatial.multiply_quaternions(left, right), expected)


@given(quaternions(), vectors(3, 10.0))
def test_rotate_agrees_with_scipy_and_conjugate_undoes_it(quaternion: Array, vector: Array) -> None:
    turned = spatial.rotate(quaternion, vector)
    np.testing.assert_allclose(turned, Rotation.from_quat(quaternion).apply(vector), atol=1e-9)
    np.testing.assert_allclose(spatial.rotate(spatial.conjugate_quaternion(quaternion), turned), vector, atol=1e-9)


@given(vectors(3, 10.0), vectors(3, 10.0))
def test_skew_is_the_cross_product(left: Array, right: Array) -> None:
    np.testing.assert_allclose(spatial.skew(left) @ right, np.cross(left, right), atol=1e-12)


@given(quaternions())
def test_rot6d_is_the_first_two_columns_and_comes_back(quaternion: Array) -> None:
    rot6d = spatial.rot6d_from_quaternion(quaternion)
    matrix = spatial.matrix_from_quaternion(quaternion)
    np.testing.assert_array_equal(rot6d, np.concatenate([matrix[:, 0], matrix[:, 1]]))
    np.testing.assert_allclose(spatial.matrix_from_rot6d(rot6d), matrix, atol=1e-9)
    assert same_rotation(spatial.quaternion_from_rot6d(rot6d), quaternion, 1e-7)


@given(vectors(6, 10.0))
def test_any_six_numbers_give_a_rotation_or_an_error(numbers: Array) -> None:
    try:
        matrix = spatial.matrix_from_rot6d(numbers)
    except ValueError:
        first, second = numbers[:3], numbers[3:]
        assert np.linalg.norm(np.cross(first, second)) <= 1e-7 * max(1.0, float(np.linalg.norm(first)))
        return
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-4)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [np.zeros(6), np.array([1.0, 0, 0, 2, 0, 0]), np.full(6, np.nan)])
def test_rot6d_without_a_rotation_is_refused(bad: Array) -> None:
    with pytest.raises(ValueError, match="rot6d"):
        spatial.matrix_from_rot6d(bad)


@pytest.mark.parametrize("bad", [np.zeros(4), np.full(4, np.nan)])
def test_quaternion_without_direction_is_refused(bad: Array) -> None:
    with pytest.raises(ValueError, match="no direction"):
        spatial.normalize_quaternion(bad)


@given(rotation_vectors())
def test_rotation_logarithm_undoes_the_exponential(vector: Array) -> None:
    quaternion = spatial.quaternion_from_rotation_vector(vector)
    assert np.linalg.norm(quaternion) == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(spatial.rotation_vector(quaternion), vector, atol=1e-8)


@given(rotation_vectors(largest=20.0))
def test_rotation_exponential_agrees_with_scipy(vector: Array) -> None:
    expected = Rotation.from_rotvec(vector).as_matrix()
    found = spatial.matrix_from_quaternion(spatial.quaternion_from_rotation_vector(vector))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(quaternions())
def test_rotation_vector_is_at_most_half_a_turn(quaternion: Array) -> None:
    assert np.linalg.norm(spatial.rotation_vector(quaternion)) <= math.pi + 1e-12


@given(quaternions(), quaternions())
def test_rotation_between_is_given_in_the_parent_frame(start: Array, end: Array) -> None:
    step = spatial.quaternion_from_rotation_vector(spatial.rotation_between(start, end))
    assert same_rotation(spatial.multiply_quaternions(step, start), end, 1e-8)


@given(quaternions(), quaternions(), st.floats(0.0, 1.0))
def test_slerp_divides_the_shortest_way(start: Array, end: Array, fraction: float) -> None:
    whole = np.linalg.norm(spatial.rotation_between(start, end))
    assume(whole < math.pi - 1e-3)
    between = spatial.slerp(start, end, fraction)
    assert np.linalg.norm(spatial.rotation_between(start, between)) == pytest.approx(fraction * whole, abs=1e-7)
    assert np.linalg.norm(spatial.rotation_between(between, end)) == pytest.approx((1 - fraction) * whole, abs=1e-7)


@given(quaternions(), quaternions())
def test_slerp_begins_and_ends_where_it_says(start: Array, end: Array) -> None:
    assert same_rotation(spatial.slerp(start, end, 0.0), start, 1e-7)
    assert same_rotation(spatial.slerp(start, end, 1.0), end, 1e-7)


@given(quaternions(), st.floats(0.0, 1.0))
def test_slerp_between_two_signs_of_one_rotation_stands_still(start: Array, fraction: float) -> None:
    assert same_rotation(spatial.slerp(start, -start, fraction), start, 1e-7)


@given(poses(), poses())
def test_compose_is_the_matrix_product(parent: Pose, child: Pose) -> None:
    expected = spatial.homogeneous(parent) @ spatial.homogeneous(child)
    np.testing.assert_allclose(spatial.homogeneous(spatial.compose(parent, child)), expected, atol=1e-9)


@given(poses(), poses(), poses())
def test_compose_is_associative(first: Pose, second: Pose, third: Pose) -> None:
    left = spatial.compose(spatial.compose(first, second), third)
    right = spatial.compose(first, spatial.compose(second, third))
    assert_same_pose(left, right, 1e-8)


@given(poses())
def test_inverse_undoes_a_pose_from_both_sides(pose: Pose) -> None:
    assert_same_pose(spatial.compose(pose, spatial.inverse(pose)), spatial.identity_pose(), 1e-8)
    assert_same_pose(spatial.compose(spatial.inverse(pose), pose), spatial.identity_pose(), 1e-8)


@given(poses(), poses(), vectors(3, 10.0))
def test_points_go_through_a_chain_of_frames(parent: Pose, child: Pose, point: Array) -> None:
    stepwise = spatial.transform_point(parent, spatial.transform_point(child, point))
    np.testing.assert_allclose(spatial.transform_point(spatial.compose(parent, child), point), stepwise, atol=1e-8)


@given(poses())
def test_pose_survives_its_homogeneous_matrix(pose: Pose) -> None:
    assert_same_pose(spatial.pose_from_homogeneous(spatial.homogeneous(pose)), pose, 1e-8)


@given(vectors(3, 10.0), rotation_vectors(largest=math.pi - 1e-3))
def test_twist_survives_exponential_and_logarithm(translation: Array, rotation: Array) -> None:
    twist = np.concatenate([translation, rotation])
    np.testing.assert_allclose(spatial.se3_log(spatial.se3_exp(twist)), twist, atol=1e-6)


@given(rotation_vectors(largest=math.pi - 0.1), vectors(3, 1e-5))
def test_a_small_turn_after_a_rotation_vector_changes_it_by_the_inverse_left_jacobian(
    rotation: Array, turn: Array
) -> None:
    first, then = (spatial.quaternion_from_rotation_vector(each) for each in (rotation, turn))
    both = spatial.rotation_vector(spatial.multiply_quaternions(then, first))
    np.testing.assert_allclose(both, rotation + spatial.inverse_left_jacobian(rotation) @ turn, atol=1e-9)


@given(poses())
def test_pose_survives_logarithm_and_exponential(pose: Pose) -> None:
    assert_same_pose(spatial.se3_exp(spatial.se3_log(pose)), pose, 1e-6)


@given(vectors(3, 1.0), rotation_vectors(largest=3.0))
def test_following_half_a_twist_twice_is_following_it_once(translation: Array, rotation: Array) -> None:
    twist = np.concatenate([translation, rotation])
    half = spatial.se3_exp(0.5 * twist)
    assert_same_pose(spatial.compose(half, half), spatial.se3_exp(twist), 1e-8)


def test_hand_pointing_down_turns_z_over() -> None:
    down = np.array([1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(spatial.rotate(down, np.array([0.0, 0.0, 1.0])), [0.0, 0.0, -1.0], atol=1e-15)
    np.testing.assert_allclose(spatial.rot6d_from_quaternion(down), [1.0, 0, 0, 0, -1, 0], atol=1e-15)
