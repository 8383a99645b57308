"""A bag of a run that never happened: every figure in it is known."""

from pathlib import Path
from typing import Any

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode, typestore

START_NS = 1_700_000_000 * NANOSECONDS
MS = 1_000_000
HAND = np.array([0.0, 0.0, 0.1])
DOWN = (1.0, 0.0, 0.0, 0.0)
TYPES = {
    "/joint_states": "sensor_msgs/msg/JointState",
    "/joint_targets": "sensor_msgs/msg/JointState",
    "/end_effector_pose": "geometry_msgs/msg/PoseStamped",
    "/twin/truth/block": "geometry_msgs/msg/PoseStamped",
    "/objects/block/pose": "geometry_msgs/msg/PoseWithCovarianceStamped",
    "/objects/status": "diagnostic_msgs/msg/DiagnosticArray",
    "/action_chunk": "trajectory_msgs/msg/MultiDOFJointTrajectory",
    "/policy/inference": "diagnostic_msgs/msg/DiagnosticArray",
    "/gate": "diagnostic_msgs/msg/DiagnosticArray",
    "/camera/front/image_raw": "sensor_msgs/msg/Image",
}
ESTIMATE_DELAY_NS, CHUNK_DELAY_NS, TARGET_DELAY_NS = 40 * MS, 25 * MS, 4 * MS
ESTIMATE_ERROR_M, ESTIMATE_ERROR_RAD = 0.002, 0.01
POSITION_DEVIATION_M, ROTATION_DEVIATION_RAD = 0.001, 0.02
COVARIANCE = np.diag(np.square([POSITION_DEVIATION_M] * 3 + [ROTATION_DEVIATION_RAD] * 3))
OFFSET = np.array([ESTIMATE_ERROR_M, 0.0, 0.0])


def make(kind: str, /, **fields: Any) -> Any:
    """Return a message of the typestore."""
    return typestore().types[kind](**fields)


def stamp(stamp_ns: int) -> Any:
    """Return a time message."""
    return make("builtin_interfaces/msg/Time", sec=stamp_ns // NANOSECONDS, nanosec=stamp_ns % NANOSECONDS)


def header(stamp_ns: int, frame: str = "panda_link0") -> Any:
    """Return a header."""
    return make("std_msgs/msg/Header", stamp=stamp(stamp_ns), frame_id=frame)


def pose(position: Any, quaternion: Any) -> Any:
    """Return a pose message."""
    point = make("geometry_msgs/msg/Point", **dict(zip("xyz", map(float, position), strict=True)))
    turn = make("geometry_msgs/msg/Quaternion", **dict(zip("xyzw", map(float, quaternion), strict=True)))
    return make("geometry_msgs/msg/Pose", position=point, orientation=turn)


def block_position(time_s: float) -> np.ndarray:
    """Return where the block is: it rests for two seconds, then it is lifted."""
    return np.array([0.5, 0.05, 0.03 + 0.06 * max(0.0, time_s - 2.0)])


class SyntheticRun:
    """Writes the bag, message by message, in the order of their publication."""

    def __init__(self, folder: Path, duration_s: float = 4.0) -> None:
        self.folder = folder
        self.duration_s = duration_s
        self._rows: list[tuple[int, str, bytes]] = []

    def write(self) -> Path:
        """Write everything and return the folder."""
        for tick in range(round(100 * self.duration_s)):
            self._robot(tick * 10 * MS)
        for tick in range(round(50 * self.duration_s)):
            self._truth(tick * 20 * MS)
        for tick in range(round(10 * self.duration_s)):
            self._camera(tick * 100 * MS + 5 * MS)
            self._policy(tick * 100 * MS + 50 * MS)
        self._say(0, "/gate", "gate", "stop: not enabled", {})
        self._say(500 * MS, "/gate", "gate", "command", {})
        self._say(3500 * MS, "/gate", "gate", "hold: no fresh chunk", {})
        with BagWriter(self.folder) as writer:
            numbers = {topic: writer.add_topic(topic, kind) for topic, kind in TYPES.items()}
            for published_ns, topic, data in sorted(self._rows, key=lambda row: row[0]):
                writer.write(numbers[topic], START_NS + published_ns + MS, START_NS + published_ns, data)
        return self.folder

    def _add(self, published_ns: int, topic: str, message: Any) -> None:
        self._rows.append((published_ns, topic, encode(message, TYPES[topic])))

    def _robot(self, now_ns: int) -> None:
        width = 0.04 if now_ns < 2 * NANOSECONDS else 0.03
        positions = np.array([0.1, 0.2, 0.3, -2.0, 0.5, 2.0, 0.7, width, width])
        joints = {"name": [f"joint{i}" for i in range(9)], "velocity": np.zeros(9), "effort": np.zeros(9)}
        kind = "sensor_msgs/msg/JointState"
        at = header(START_NS + now_ns)
        self._add(now_ns, "/joint_states", make(kind, header=at, position=positions, **joints))
        end = pose(block_position(now_ns * 1e-9) + HAND, DOWN)
        self._add(now_ns, "/end_effector_pose", make("geometry_msgs/msg/PoseStamped", header=at, pose=end))
        sent = now_ns + 9 * MS
        at = header(START_NS + sent)
        self._add(sent, "/joint_targets", make(kind, header=at, position=positions, **joints))

    def _truth(self, now_ns: int) -> None:
        where = pose(block_position(now_ns * 1e-9), (0.0, 0.0, 0.0, 1.0))
        at = header(START_NS + now_ns)
        self._add(now_ns, "/twin/truth/block", make("geometry_msgs/msg/PoseStamped", header=at, pose=where))

    def _camera(self, exposure_ns: int) -> None:
        at = header(START_NS + exposure_ns, "camera_front_optical")
        pixels = np.full((480, 640, 3), (60, 72, 84), dtype=np.uint8)
        image = {"height": 480, "width": 640, "encoding": "rgb8", "is_bigendian": 0, "step": 1920}
        message = make("sensor_msgs/msg/Image", header=at, data=pixels.reshape(-1), **image)
        self._add(exposure_ns + 10 * MS, "/camera/front/image_raw", message)
        half = 0.5 * ESTIMATE_ERROR_RAD
        where = pose(block_position(exposure_ns * 1e-9) + OFFSET, (0.0, 0.0, np.sin(half), np.cos(half)))
        spread = make("geometry_msgs/msg/PoseWithCovariance", pose=where, covariance=COVARIANCE.ravel())
        kind = "geometry_msgs/msg/PoseWithCovarianceStamped"
        estimate = make(kind, header=header(START_NS + exposure_ns), pose=spread)
        self._add(exposure_ns + ESTIMATE_DELAY_NS, "/objects/block/pose", estimate)
        self._say(exposure_ns + ESTIMATE_DELAY_NS, "/objects/status", "block", "tracking", {"age_s": "0.04"})

    def _policy(self, tick_ns: int) -> None:
        points = [self._point(tick_ns, index) for index in range(8)]
        kind = "trajectory_msgs/msg/MultiDOFJointTrajectory"
        chunk = make(kind, header=header(START_NS + tick_ns), joint_names=["ee", "gripper"], points=points)
        self._add(tick_ns + CHUNK_DELAY_NS, "/action_chunk", chunk)
        stamps = {
            "observation_stamp_ns": str(START_NS + tick_ns),
            "object_stamps_ns": f"{START_NS + tick_ns - 145 * MS} {START_NS + tick_ns - 45 * MS}",
        }
        self._say(tick_ns + CHUNK_DELAY_NS, "/policy/inference", "policy", "ok", stamps)

    def _point(self, tick_ns: int, index: int) -> Any:
        after_ns = (index + 1) * 100 * MS
        end = block_position((tick_ns + after_ns) * 1e-9) + HAND
        width = 0.08 if tick_ns + after_ns < 2 * NANOSECONDS else 0.06
        after = make("builtin_interfaces/msg/Duration", sec=after_ns // NANOSECONDS, nanosec=after_ns % NANOSECONDS)
        return make(
            "trajectory_msgs/msg/MultiDOFJointTrajectoryPoint",
            transforms=[_transform(end, DOWN), _transform((width, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))],
            velocities=[],
            accelerations=[],
            time_from_start=after,
        )

    def _say(self, now_ns: int, topic: str, name: str, text: str, values: dict[str, str]) -> None:
        pairs = [make("diagnostic_msgs/msg/KeyValue", key=key, value=value) for key, value in values.items()]
        status = make(
            "diagnostic_msgs/msg/DiagnosticStatus", level=0, name=name, message=text, hardware_id="", values=pairs
        )
        kind = "diagnostic_msgs/msg/DiagnosticArray"
        self._add(now_ns, topic, make(kind, header=header(START_NS + now_ns, ""), status=[status]))


def _transform(position: Any, quaternion: Any) -> Any:
    shift = make("geometry_msgs/msg/Vector3", **dict(zip("xyz", map(float, position), strict=True)))
    turn = make("geometry_msgs/msg/Quaternion", **dict(zip("xyzw", map(float, quaternion), strict=True)))
    return make("geometry_msgs/msg/Transform", translation=shift, rotation=turn)
