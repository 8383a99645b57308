"""Messages carry the project's data without loss."""

import numpy as np
import pytest

pytest.importorskip("rclpy")

from builtin_interfaces.msg import Time
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import Image, JointState

from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import ActionChunk, ObjectEstimate, Pose, RobotState
from diffpol_ros.nodes import messages

STAMP_NS = 1_790_000_000_123_456_789


def random_chunk(seed: int, count: int) -> ActionChunk:
    """Return a chunk of `count` random actions."""
    random = np.random.default_rng(seed)
    stamps_ns = STAMP_NS + np.cumsum(random.integers(1, 10**9, size=count))
    quaternions = random.normal(size=(count, 4))
    return ActionChunk(
        STAMP_NS, tuple(stamps_ns.tolist()), random.normal(size=(count, 3)), quaternions, random.random(count)
    )


@given(st.integers(min_value=0, max_value=2**31 * 10**9 - 1))
def test_stamps_survive_to_the_nanosecond(stamp_ns: int) -> None:
    """No float lies between a stamp and its message."""
    assert messages.from_stamp(messages.to_stamp(stamp_ns)) == stamp_ns
    assert isinstance(messages.to_stamp(stamp_ns), Time)


@given(st.integers(0, 1000), st.integers(0, 20))
def test_chunks_survive_bit_for_bit(seed: int, count: int) -> None:
    """A chunk that crosses the graph is the chunk that was sent."""
    chunk = random_chunk(seed, count)
    back = messages.from_chunk_message(messages.to_chunk_message(chunk, "panda_link0"))
    assert back.stamps_ns == chunk.stamps_ns
    assert back.observation_stamp_ns == chunk.observation_stamp_ns
    assert np.array_equal(back.positions, chunk.positions)
    assert np.array_equal(back.quaternions, chunk.quaternions)
    assert np.array_equal(back.gripper_widths, chunk.gripper_widths)


def test_a_chunk_of_other_joints_is_refused() -> None:
    """A trajectory that somebody else published is not taken for a chunk."""
    message = messages.to_chunk_message(random_chunk(0, 2), "panda_link0")
    message.joint_names = ["ee"]
    with pytest.raises(ValueError, match="expected"):
        messages.from_chunk_message(message)


def test_a_chunk_whose_stamps_do_not_increase_is_refused() -> None:
    """Two actions cannot be due at one time."""
    message = messages.to_chunk_message(random_chunk(0, 2), "panda_link0")
    message.points[1].time_from_start = message.points[0].time_from_start
    with pytest.raises(ValueError, match="increase"):
        messages.from_chunk_message(message)


def test_estimates_survive_bit_for_bit() -> None:
    """Pose, covariance and exposure stamp come back as they went."""
    random = np.random.default_rng(1)
    pose = Pose(random.normal(size=3), random.normal(size=4))
    estimate = ObjectEstimate("block", STAMP_NS, pose, random.normal(size=(6, 6)))
    back = messages.from_estimate_message("block", messages.to_estimate_message(estimate, "panda_link0"))
    assert back.stamp_ns == STAMP_NS
    assert np.array_equal(back.pose.position, pose.position)
    assert np.array_equal(back.pose.quaternion, pose.quaternion)
    assert np.array_equal(back.covariance, estimate.covariance)


def test_joint_states_carry_arm_and_gripper() -> None:
    """The two fingers share the width; the stamp is the robot's tick."""
    state = RobotState(STAMP_NS, np.arange(7.0), np.ones(7), np.zeros(7), 0.06)
    message = messages.to_joint_state(state, [f"joint{i}" for i in range(7)])
    assert messages.from_stamp(message.header.stamp) == STAMP_NS
    assert list(message.position[:7]) == list(range(7))
    assert messages.gripper_width(message) == pytest.approx(0.06)


def test_joint_states_without_fingers_are_refused_by_name() -> None:
    """A state of some other robot does not pass for ours."""
    with pytest.raises(ObservationError, match="panda_finger_joint1"):
        messages.gripper_width(JointState(name=["wheel"], position=[0.0]))


@pytest.mark.parametrize("shape", [(4, 6, 3), (4, 6)])
def test_images_survive_bit_for_bit(shape: tuple[int, ...]) -> None:
    """Colour and grey images come back as they went."""
    image = np.random.default_rng(2).integers(0, 255, shape, dtype=np.uint8)
    assert np.array_equal(messages.from_image_message(messages.to_image_message(image, STAMP_NS, "camera")), image)


def test_padded_rows_are_understood() -> None:
    """A camera driver may align its rows."""
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    padded = np.pad(image, ((0, 0), (0, 2)))
    message = Image(height=4, width=6, encoding="mono8", step=8, data=padded.tobytes())
    assert np.array_equal(messages.from_image_message(message), image)


def test_bytes_of_one_channel_are_grey() -> None:
    """Some drivers name the type and not the colour."""
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    message = Image(height=4, width=6, encoding="8UC1", step=6, data=image.tobytes())
    assert np.array_equal(messages.from_image_message(message), image)


def test_an_image_of_the_wrong_size_is_refused() -> None:
    """A truncated image is not reshaped into nonsense."""
    with pytest.raises(ObservationError, match="bytes"):
        messages.from_image_message(Image(height=4, width=6, encoding="mono8", step=6, data=bytes(23)))


def test_an_unknown_encoding_is_refused_by_name() -> None:
    """A Bayer image is not taken for grey."""
    with pytest.raises(ObservationError, match="bayer"):
        messages.from_image_message(Image(height=4, width=6, encoding="bayer_rggb8", step=6, data=bytes(24)))
