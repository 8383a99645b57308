"""Estimates of an object at rest, read from a bag."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.estimation.noise.recording import Recording
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.message_types import POSE_WITH_COVARIANCE


def recording_of(path: Path, name: str, namespace: str, start: float, seconds: float) -> Recording:
    """Return what the bag says of object `name` for `seconds` [s], from `start` [s] after its first estimate."""
    prefix = f"/{namespace.strip('/')}/" if namespace.strip("/") else "/"
    topic = f"{prefix}objects/{name}/pose"
    bag = BagReader(path)
    pairs = list(_estimates(bag, topic, name))
    if not pairs:
        raise ResourceError(f"{path}: has no message on {topic}; it has {', '.join(sorted(bag.topics()))}")
    begin_ns = pairs[0][0].stamp_ns + to_ns(start)
    inside = [pair for pair in pairs if 0 <= pair[0].stamp_ns - begin_ns <= to_ns(seconds)]
    return Recording.of([estimate for estimate, _ in inside], [arrival_ns for _, arrival_ns in inside])


def _estimates(bag: BagReader, topic: str, name: str) -> Iterator[tuple[ObjectEstimate, int]]:
    """Yield each estimate and when the recorder received it [ns]."""
    for record in bag.records([topic]):
        yield _estimate(record, name), record.log_ns


def _estimate(record: Record, name: str) -> ObjectEstimate:
    message = record.message_of(POSE_WITH_COVARIANCE)
    position, rotation = message.pose.pose.position, message.pose.pose.orientation
    pose = Pose(
        np.array([position.x, position.y, position.z]), np.array([rotation.x, rotation.y, rotation.z, rotation.w])
    )
    return ObjectEstimate(name, stamp_ns(message), pose, np.reshape(message.pose.covariance, (6, 6)))
