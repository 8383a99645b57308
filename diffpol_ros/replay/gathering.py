"""Gathers a bag into arrays, in one pass."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.image_topics import camera_of
from diffpol_ros.replay.loss_watch import LossWatch
from diffpol_ros.replay.message_types import CHUNK, JOINTS, POSE, POSE_WITH_COVARIANCE, STATUSES
from diffpol_ros.replay.series import ChunkRecord, JointSeries, PoseSeries, Run, StatusRecord

ESTIMATES, TRUTHS, STATUS = "objects/", "twin/truth/", "objects/status"


def load_run(bag: BagReader, namespace: str = "") -> Run:
    """Read the bag once."""
    watch = LossWatch()
    run = gather(watch.watched(bag.records()), namespace)
    return replace(run, lacking=watch.lacking())


def gather(records: Iterable[Record], namespace: str = "") -> Run:
    """Return what the records tell, of a bag or of a graph that is listened to."""
    prefix = f"/{namespace.strip('/')}/" if namespace else "/"
    collected: dict[str, list[Any]] = defaultdict(list)
    images: dict[str, int] = defaultdict(int)
    first = last = 0
    for record in records:
        topic = record.topic.removeprefix(prefix)
        first, last = first or record.log_ns, record.log_ns
        if camera_of(record.topic):
            images[record.topic] += 1
        elif gather := _gatherer(topic):
            collected[topic].append(gather(record))
    return Run(
        end_effector=_poses(collected["end_effector_pose"]),
        joints=_joints(collected["joint_states"]),
        targets=_joints(collected["joint_targets"]),
        estimates=_named(collected, ESTIMATES),
        truths=_named(collected, TRUTHS),
        chunks=tuple(collected["action_chunk"]),
        inferences=tuple(status for group in collected["policy/inference"] for status in group),
        gate=tuple(status for group in collected["gate"] for status in group),
        objects=tuple(status for group in collected[STATUS] for status in group),
        images=_per_camera(images),
        span_ns=(first, last),
    )


def is_gathered(topic: str) -> bool:
    """Return whether anything of a topic, relative to the namespace, is gathered; images are only counted."""
    return _gatherer(topic) is not None


def _per_camera(images: Mapping[str, int]) -> dict[str, int]:
    """Return how many images of each camera there are; compressed ones may be the same as those that are not."""
    found: dict[str, int] = {}
    for topic, count in images.items():
        found[camera_of(topic)] = max(count, found.get(camera_of(topic), 0))
    return found


def _named(collected: dict[str, list[Any]], prefix: str) -> dict[str, PoseSeries]:
    return {
        topic.removeprefix(prefix).removesuffix("/pose"): _poses(rows)
        for topic, rows in collected.items()
        if topic.startswith(prefix) and topic != STATUS
    }


def _gatherer(topic: str) -> Callable[[Record], Any] | None:
    if topic.startswith(TRUTHS) or topic == "end_effector_pose":
        return _pose
    if topic.startswith(ESTIMATES) and topic.endswith("/pose"):
        return _pose_with_covariance
    if topic in ("joint_states", "joint_targets"):
        return _joint
    if topic in ("policy/inference", "gate", STATUS):
        return _statuses
    return _chunk if topic == "action_chunk" else None


def _pose(record: Record) -> tuple[Any, ...]:
    message = record.message_of(POSE)
    return (*_pose_row(record, message, message.pose), None)


def _pose_with_covariance(record: Record) -> tuple[Any, ...]:
    message = record.message_of(POSE_WITH_COVARIANCE)
    covariance = np.asarray(message.pose.covariance, dtype=np.float64).reshape(6, 6)
    return (*_pose_row(record, message, message.pose.pose), covariance)


def _pose_row(record: Record, message: Any, pose: Any) -> tuple[Any, ...]:
    position, rotation = pose.position, pose.orientation
    return (
        stamp_ns(message),
        record.published_ns,
        (position.x, position.y, position.z),
        (rotation.x, rotation.y, rotation.z, rotation.w),
    )


def _joint(record: Record) -> tuple[Any, ...]:
    message = record.message_of(JOINTS)
    return stamp_ns(message), record.published_ns, tuple(message.position), tuple(message.velocity)


def _chunk(record: Record) -> ChunkRecord:
    message = record.message_of(CHUNK)
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
        for each in record.message_of(STATUSES).status
    ]


def _poses(rows: list[tuple[Any, ...]]) -> PoseSeries:
    stamps, published, positions, quaternions, told = zip(*rows, strict=True) if rows else ((),) * 5
    covariances = np.array([each for each in told if each is not None], dtype=np.float64).reshape(-1, 6, 6)
    variances = np.diagonal(covariances, axis1=1, axis2=2)[:, :3] if len(covariances) else np.zeros((len(rows), 3))
    return PoseSeries(
        np.array(stamps, dtype=np.int64),
        np.array(published, dtype=np.int64),
        np.array(positions, dtype=np.float64).reshape(-1, 3),
        np.array(quaternions, dtype=np.float64).reshape(-1, 4),
        np.sqrt(np.maximum(variances, 0.0)),
        covariances[:, :3, :3],
        covariances[:, 3:, 3:],
    )


def _joints(rows: list[tuple[Any, ...]]) -> JointSeries:
    stamps, published, positions, velocities = zip(*rows, strict=True) if rows else ((),) * 4
    stamps, published = np.array(stamps, dtype=np.int64), np.array(published, dtype=np.int64)
    return JointSeries(stamps, published, _table(positions), _table(velocities))


def _table(rows: Sequence[tuple[float, ...]]) -> Array:
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1) if rows else np.zeros((0, 0))
