"""A bag as arrays: everything that is plotted or measured, gathered in one pass. Times in [ns], lengths in [m]."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns

Stamps = NDArray[np.int64]
_ESTIMATES, _TRUTHS = "objects/", "twin/truth/"


@dataclass(frozen=True, eq=False)
class PoseSeries:
    """Poses over time. stamps_ns: of the measurement, published_ns: of the message, (n,). Quaternions xyzw (n, 4)."""

    stamps_ns: Stamps
    published_ns: Stamps
    positions: Array
    quaternions: Array

    def __len__(self) -> int:
        """Return the number of poses."""
        return len(self.stamps_ns)


@dataclass(frozen=True, eq=False)
class JointSeries:
    """Joint values over time, (n, joints); the last two are the fingers, or one is the gripper's width."""

    stamps_ns: Stamps
    published_ns: Stamps
    positions: Array

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.stamps_ns)


@dataclass(frozen=True, eq=False)
class ChunkRecord:
    """One action chunk as published: when each action is due, where to, how wide."""

    observation_ns: int
    published_ns: int
    due_ns: Stamps
    positions: Array
    widths: Array


@dataclass(frozen=True)
class StatusRecord:
    """One diagnostic status: its name, its message and its values as texts."""

    published_ns: int
    name: str
    message: str
    values: dict[str, str]


@dataclass(frozen=True, eq=False)
class Run:
    """Everything of a bag but its images."""

    end_effector: PoseSeries
    joints: JointSeries
    targets: JointSeries
    estimates: dict[str, PoseSeries]
    truths: dict[str, PoseSeries]
    chunks: tuple[ChunkRecord, ...] = ()
    inferences: tuple[StatusRecord, ...] = ()
    gate: tuple[StatusRecord, ...] = ()
    images: dict[str, int] = field(default_factory=dict)
    span_ns: tuple[int, int] = (0, 0)

    @property
    def duration_s(self) -> float:
        """Return how long was recorded [s], at least a millisecond."""
        return max(1e-3, (self.span_ns[1] - self.span_ns[0]) * 1e-9)


def load_run(bag: BagReader, namespace: str = "") -> Run:
    """Read the bag once."""
    prefix = f"/{namespace.strip('/')}/" if namespace else "/"
    collected: dict[str, list[Any]] = defaultdict(list)
    images: dict[str, int] = defaultdict(int)
    first = last = 0
    for record in bag.records():
        topic = record.topic.removeprefix(prefix)
        first, last = first or record.log_ns, record.log_ns
        if topic.endswith("/image_raw"):
            images[topic.split("/")[-2]] += 1
        elif gather := _gatherer(topic):
            collected[topic].append(gather(record))
    return Run(
        end_effector=_poses(collected["end_effector_pose"]),
        joints=_joints(collected["joint_states"]),
        targets=_joints(collected["joint_targets"]),
        estimates=_named(collected, _ESTIMATES),
        truths=_named(collected, _TRUTHS),
        chunks=tuple(collected["action_chunk"]),
        inferences=tuple(status for group in collected["policy/inference"] for status in group),
        gate=tuple(status for group in collected["gate"] for status in group),
        images=dict(images),
        span_ns=(first, last),
    )


def _gatherer(topic: str) -> Callable[[Record], Any] | None:
    if topic.startswith(_TRUTHS) or topic == "end_effector_pose":
        return _pose
    if topic.startswith(_ESTIMATES) and topic.endswith("/pose"):
        return _pose_with_covariance
    if topic in ("joint_states", "joint_targets"):
        return _joint
    if topic in ("policy/inference", "gate"):
        return _statuses
    return _chunk if topic == "action_chunk" else None


def _pose(record: Record) -> tuple[Any, ...]:
    message = record.message
    return _pose_row(record, message, message.pose)


def _pose_with_covariance(record: Record) -> tuple[Any, ...]:
    message = record.message
    return _pose_row(record, message, message.pose.pose)


def _pose_row(record: Record, message: Any, pose: Any) -> tuple[Any, ...]:
    position, rotation = pose.position, pose.orientation
    return (
        stamp_ns(message),
        record.published_ns,
        (position.x, position.y, position.z),
        (rotation.x, rotation.y, rotation.z, rotation.w),
    )


def _joint(record: Record) -> tuple[Any, ...]:
    message = record.message
    return stamp_ns(message), record.published_ns, tuple(message.position)


def _chunk(record: Record) -> ChunkRecord:
    message = record.message
    start = stamp_ns(message)
    offsets = [point.time_from_start.sec * 1_000_000_000 + point.time_from_start.nanosec for point in message.points]
    ends = [point.transforms[0].translation for point in message.points]
    return ChunkRecord(
        observation_ns=start,
        published_ns=record.published_ns,
        due_ns=np.array([start + offset for offset in offsets], dtype=np.int64),
        positions=np.array([(end.x, end.y, end.z) for end in ends]).reshape(-1, 3),
        widths=np.array([point.transforms[1].translation.x for point in message.points]),
    )


def _statuses(record: Record) -> list[StatusRecord]:
    return [
        StatusRecord(record.published_ns, each.name, each.message, {pair.key: pair.value for pair in each.values})
        for each in record.message.status
    ]


def _poses(rows: list[tuple[Any, ...]]) -> PoseSeries:
    stamps, published, positions, quaternions = zip(*rows, strict=True) if rows else ((), (), (), ())
    return PoseSeries(
        np.array(stamps, dtype=np.int64),
        np.array(published, dtype=np.int64),
        np.array(positions, dtype=np.float64).reshape(-1, 3),
        np.array(quaternions, dtype=np.float64).reshape(-1, 4),
    )


def _joints(rows: list[tuple[Any, ...]]) -> JointSeries:
    stamps, published, positions = zip(*rows, strict=True) if rows else ((), (), ())
    values = np.array(positions, dtype=np.float64).reshape(len(rows), -1) if rows else np.zeros((0, 0))
    return JointSeries(np.array(stamps, dtype=np.int64), np.array(published, dtype=np.int64), values)


def _named(collected: dict[str, list[Any]], prefix: str) -> dict[str, PoseSeries]:
    return {
        topic.removeprefix(prefix).removesuffix("/pose"): _poses(rows)
        for topic, rows in collected.items()
        if topic.startswith(prefix)
    }
