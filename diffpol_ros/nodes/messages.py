"""Between the project's dataclasses and standard ROS messages; stamps stay integer nanoseconds."""

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Pose as PoseMessage
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped, Transform
from numpy.typing import NDArray
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Header
from trajectory_msgs.msg import MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import ActionChunk, Array, ObjectEstimate, Pose, RobotState

CHUNK_JOINTS = ["ee", "gripper"]
FINGER_JOINTS = ("panda_finger_joint1", "panda_finger_joint2")
_CHANNELS = {"mono8": 1, "8UC1": 1, "rgb8": 3, "bgr8": 3}


def to_stamp(stamp_ns: int) -> Time:
    """Return [ns] since the epoch as a message."""
    return Time(sec=stamp_ns // NANOSECONDS, nanosec=stamp_ns % NANOSECONDS)


def from_stamp(stamp: Time) -> int:
    """Return a message's time in [ns]."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def header(stamp_ns: int, frame: str) -> Header:
    """Return a header."""
    return Header(stamp=to_stamp(stamp_ns), frame_id=frame)


def to_pose_message(pose: Pose) -> PoseMessage:
    """Return a pose as a message."""
    message = PoseMessage()
    message.position.x, message.position.y, message.position.z = pose.position.tolist()
    rotation = message.orientation
    rotation.x, rotation.y, rotation.z, rotation.w = pose.quaternion.tolist()
    return message


def from_pose_message(message: PoseMessage) -> Pose:
    """Return a message's pose, not normalised: consumers check what they need."""
    position, rotation = message.position, message.orientation
    quaternion = np.array([rotation.x, rotation.y, rotation.z, rotation.w])
    return Pose(np.array([position.x, position.y, position.z]), quaternion)


def to_pose_stamped(pose: Pose, stamp_ns: int, frame: str) -> PoseStamped:
    """Return a pose in `frame` at `stamp_ns`."""
    return PoseStamped(header=header(stamp_ns, frame), pose=to_pose_message(pose))


def to_estimate_message(estimate: ObjectEstimate, frame: str) -> PoseWithCovarianceStamped:
    """Return an object's estimate in `frame`, stamped with its exposure."""
    message = PoseWithCovarianceStamped(header=header(estimate.stamp_ns, frame))
    message.pose.pose = to_pose_message(estimate.pose)
    message.pose.covariance = estimate.covariance.reshape(36).tolist()
    return message


def from_estimate_message(name: str, message: PoseWithCovarianceStamped) -> ObjectEstimate:
    """Return the estimate of object `name`."""
    covariance = np.asarray(message.pose.covariance, dtype=np.float64).reshape(6, 6)
    stamp_ns = from_stamp(message.header.stamp)
    return ObjectEstimate(name, stamp_ns, from_pose_message(message.pose.pose), covariance)


def to_joint_state(state: RobotState, joint_names: Sequence[str]) -> JointState:
    """Return the arm's joints and the two fingers, stamped with the robot's tick."""
    finger = 0.5 * state.gripper_width
    return JointState(
        header=Header(stamp=to_stamp(state.stamp_ns)),
        name=[*joint_names, *FINGER_JOINTS],
        position=[*state.joint_positions.tolist(), finger, finger],
        velocity=[*state.joint_velocities.tolist(), 0.0, 0.0],
        effort=[*state.external_torques.tolist(), 0.0, 0.0],
    )


def gripper_width(message: JointState) -> float:
    """Return the distance between the fingers [m] of a joint state message."""
    try:
        names = list(message.name)
        return sum(float(message.position[names.index(name)]) for name in FINGER_JOINTS)
    except (ValueError, IndexError) as error:
        names = ", ".join(message.name)
        raise ObservationError(f"joint_states has no {' and '.join(FINGER_JOINTS)} (it has {names})") from error


def to_chunk_message(chunk: ActionChunk, frame: str) -> MultiDOFJointTrajectory:
    """Return a chunk; each point's time counts from the observation's stamp."""
    points = [
        MultiDOFJointTrajectoryPoint(
            transforms=[_transform(position, quaternion), _transform([width, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])],
            time_from_start=_duration(stamp_ns - chunk.observation_stamp_ns),
        )
        for stamp_ns, position, quaternion, width in zip(
            chunk.stamps_ns,
            chunk.positions.tolist(),
            chunk.quaternions.tolist(),
            chunk.gripper_widths.tolist(),
            strict=True,
        )
    ]
    return MultiDOFJointTrajectory(
        header=header(chunk.observation_stamp_ns, frame), joint_names=CHUNK_JOINTS, points=points
    )


def from_chunk_message(message: MultiDOFJointTrajectory) -> ActionChunk:
    """Return a message's chunk, or raise ValueError where it is not one."""
    if list(message.joint_names) != CHUNK_JOINTS:
        raise ValueError(f"action_chunk names {list(message.joint_names)}, expected {CHUNK_JOINTS}")
    if any(len(point.transforms) != len(CHUNK_JOINTS) for point in message.points):
        raise ValueError("action_chunk has a point without two transforms")
    start_ns = from_stamp(message.header.stamp)
    ends = [point.transforms[0] for point in message.points]
    return ActionChunk(
        observation_stamp_ns=start_ns,
        stamps_ns=tuple(start_ns + from_stamp(point.time_from_start) for point in message.points),
        positions=_rows([[t.translation.x, t.translation.y, t.translation.z] for t in ends], 3),
        quaternions=_rows([[t.rotation.x, t.rotation.y, t.rotation.z, t.rotation.w] for t in ends], 4),
        gripper_widths=np.array([point.transforms[1].translation.x for point in message.points]),
    )


def to_image_message(image: NDArray[np.uint8], stamp_ns: int, frame: str) -> Image:
    """Return an (h, w, 3) rgb8 or (h, w) mono8 image, stamped with its exposure."""
    height, width = image.shape[:2]
    encoding = "rgb8" if image.ndim == 3 else "mono8"
    message = Image(header=header(stamp_ns, frame), height=height, width=width, encoding=encoding)
    message.step = width * _CHANNELS[encoding]
    message.data = image.tobytes()
    return message


def from_image_message(message: Image) -> NDArray[np.uint8]:
    """Return a message's pixels, (h, w) or (h, w, 3), without a copy where it can be."""
    channels = _CHANNELS.get(message.encoding)
    if channels is None:
        raise ObservationError(f"image encoding {message.encoding!r} is not supported; known: {', '.join(_CHANNELS)}")
    pixels = np.frombuffer(message.data, dtype=np.uint8)
    if message.step < message.width * channels or pixels.size != message.step * message.height:
        raise ObservationError(
            f"image of {message.width}x{message.height} {message.encoding} "
            f"has {pixels.size} bytes and step {message.step}"
        )
    rows = pixels.reshape(message.height, message.step)[:, : message.width * channels]
    return rows if channels == 1 else rows.reshape(message.height, message.width, channels)


def _rows(rows: list[list[float]], width: int) -> Array:
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _transform(position: Sequence[float], quaternion: Sequence[float]) -> Transform:
    transform = Transform()
    transform.translation.x, transform.translation.y, transform.translation.z = position
    rotation = transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = quaternion
    return transform


def _duration(duration_ns: int) -> Duration:
    return Duration(sec=duration_ns // NANOSECONDS, nanosec=duration_ns % NANOSECONDS)
