"""What was published of the estimates, against the journal: a bag that was edited contradicts itself."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import FirstDifference
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.message_types import POSE_WITH_COVARIANCE

Row = tuple[float, ...]


class Published:
    """Collects what must have been published, then compares what was."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[tuple[str, int], list[Row]] = {}

    def take(self, estimates: Iterable[ObjectEstimate]) -> None:
        """Take what was estimated then."""
        for estimate in estimates:
            pose = estimate.pose
            row = (*pose.position.tolist(), *pose.quaternion.tolist(), *estimate.covariance.ravel().tolist())
            self._known.setdefault((estimate.name, estimate.stamp_ns), []).append(row)

    def contradictions(self, bag: BagReader, options: ReplayOptions, names: Iterable[str]) -> list[FirstDifference]:
        """Return each published pose of the objects `names` that the journal knows otherwise, or not at all."""
        topics = {options.topic(f"objects/{name}/pose"): name for name in names}
        return [found for topic, name in topics.items() for found in _of_object(bag, topic, name, self._known)]


def _of_object(
    bag: BagReader, topic: str, name: str, known: dict[tuple[str, int], list[Row]]
) -> Iterable[FirstDifference]:
    for record in bag.records([topic]):
        message = record.message_of(POSE_WITH_COVARIANCE)
        exposed_ns, row = stamp_ns(message), _row(message)
        if row in known.get((name, exposed_ns), ()):
            continue
        yield FirstDifference(record.published_ns, _nearest(topic, name, exposed_ns, row, known))


def _nearest(topic: str, name: str, exposed_ns: int, row: Row, known: dict[tuple[str, int], list[Row]]) -> Difference:
    same = known.get((name, exposed_ns))
    if same:
        sizes = np.abs(np.array(same) - np.array(row))
        then, sizes = same[int(np.argmin(sizes.max(axis=1)))], sizes[int(np.argmin(sizes.max(axis=1)))]
        place = int(np.flatnonzero(sizes)[0]) if sizes.any() else 0
        return Difference(f"{topic}: {_field(place)}", repr(then[place]), repr(row[place]), float(sizes[place]))
    stamps = [stamp for (each, stamp), rows in known.items() if each == name and row in rows]
    size = float(abs(stamps[0] - exposed_ns)) if stamps else float("nan")
    then = str(stamps[0]) if stamps else "nothing"
    return Difference(f"{topic}: header.stamp", then, str(exposed_ns), size)


def _row(message: Any) -> Row:
    position, turn = message.pose.pose.position, message.pose.pose.orientation
    where = position.x, position.y, position.z, turn.x, turn.y, turn.z, turn.w
    return (*map(float, where), *np.asarray(message.pose.covariance, dtype=np.float64).tolist())


def _field(place: int) -> str:
    if place < 3:
        return f"position.{'xyz'[place]}"
    return f"orientation.{'xyzw'[place - 3]}" if place < 7 else f"covariance[{place - 7}]"
