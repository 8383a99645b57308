"""Inferences of a bag, inferred again from their records: needs no journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.types import Array, CameraImage
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.checks import entry_at
from diffpol_ros.policy.manifest.specs import ACTION_ENTRIES
from diffpol_ros.policy.records.fields import Vectors
from diffpol_ros.policy.records.published import published_chunk
from diffpol_ros.policy.records.record import inference_values
from diffpol_ros.policy.records.recorded import Recorded
from diffpol_ros.policy.records.replaying import COMPARED, replay_inference
from diffpol_ros.policy.stage.told import sent_of
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.message_types import CHUNK, STATUSES

RECORDS, CHUNKS = "policy/inference", "action_chunk"
Seen = Callable[[Mapping[str, str]], Mapping[str, CameraImage] | None]
Compare = Callable[[Vectors, Vectors], None]
Sent = tuple[tuple[int, ...], Array]
"""When each action of a chunk is due [ns], and the actions."""


@dataclass(frozen=True)
class InferenceRecord:
    """A record of an inference, published at `stamp_ns`."""

    stamp_ns: int
    values: Mapping[str, str]

    @property
    def failed(self) -> bool:
        """Return whether the inference came to nothing."""
        return "actions" not in self.values

    @property
    def digest(self) -> str:
        """Return the sha256 of the bundle's manifest."""
        return self.values.get("bundle_sha256", "")


def read_records(bag: BagReader, options: ReplayOptions) -> list[InferenceRecord]:
    """Return the records of all inferences of a bag."""
    return [
        InferenceRecord(record.published_ns, {pair.key: pair.value for pair in status.values})
        for record in bag.records([options.topic(RECORDS)])
        for status in record.message_of(STATUSES).status
    ]


def infer_again(
    record: InferenceRecord, bundle: Bundle, compare: Compare, seen: Seen | None = None
) -> Difference | None:
    """Infer what a record says with `bundle`, its own or another; return where that first differs.

    compare: is given the actions of then and of now. seen: returns the images of the inference, to be encoded again, or
    None: then the features of then are taken.
    """
    values = {**record.values, "bundle_sha256": bundle.digest}
    recorded = Recorded.read(values, bundle.manifest)
    inference = replay_inference(bundle, values, seen(values) if seen else None)
    compare(recorded.actions, inference.actions)
    own = bundle.digest == record.digest
    of_features = first_bit("features", recorded.features, inference.features) if own else None
    of_actions = first_bit("actions", recorded.actions, inference.actions)
    if of_features or of_actions:
        return of_features or of_actions
    if not own:
        return None
    again = inference_values(inference)
    wrong = [name for name in COMPARED if again.get(name) != values.get(name)]
    return Difference(wrong[0], str(values.get(wrong[0])), str(again.get(wrong[0]))) if wrong else None


def first_bit(name: str, then: Vectors, now: Vectors) -> Difference | None:
    """Return where numbers called `name`, actions (T_p, d) or others (n,), first differ in any bit."""
    for place in map(tuple, np.argwhere(then.view(np.uint32) != now.view(np.uint32)).tolist()):
        field = f"{name}[{place[0]}]" + "".join(f".{entry_at(ACTION_ENTRIES, each).name}" for each in place[1:])
        size = abs(float(now[place]) - float(then[place]))
        return Difference(field, repr(float(then[place])), repr(float(now[place])), size)
    return None


def chunk_differences(
    bag: BagReader, options: ReplayOptions, records: list[InferenceRecord]
) -> Iterator[tuple[int, Difference | None]]:
    """Yield for each published chunk when it was, and where it differs from what the records say was sent.

    A time that came twice, as where a bag was played in a loop, has several of the same observation.
    """
    sent: dict[int, list[Sent]] = {}
    for record in records:
        chunk = None if record.failed else published_chunk(record.values)
        if chunk is not None:
            told = sent_of(chunk)
            sent.setdefault(told.observation_stamp_ns, []).append((told.stamps_ns, told.actions))
    for recorded in bag.records([options.topic(CHUNKS)]):
        yield recorded.published_ns, _chunk_difference(recorded.message_of(CHUNK), sent)


def _chunk_difference(message: Any, sent: Mapping[int, Sequence[Sent]]) -> Difference | None:
    observed_ns = stamp_ns(message)
    if observed_ns not in sent:
        nearest = min(sent, key=lambda each: abs(each - observed_ns), default=0)
        return Difference(f"{CHUNKS}.header.stamp", str(nearest), str(observed_ns), float(abs(observed_ns - nearest)))
    found = [_difference(message, observed_ns, each) for each in sent[observed_ns]]
    return None if None in found else found[-1]


def _difference(message: Any, observed_ns: int, sent: Sent) -> Difference | None:
    stamps_ns, actions = sent
    due_ns = tuple(observed_ns + _ns(point.time_from_start) for point in message.points)
    if due_ns != stamps_ns:
        wrong = next((pair for pair in zip(stamps_ns, due_ns, strict=False) if pair[0] != pair[1]), (0, 0))
        return Difference(f"{CHUNKS}.time_from_start", str(stamps_ns), str(due_ns), float(abs(wrong[0] - wrong[1])))
    now = np.array([_row(point) for point in message.points]).reshape(actions.shape)
    for step, element in np.argwhere(now.view(np.uint64) != actions.view(np.uint64)):
        then, found = float(actions[step, element]), float(now[step, element])
        return Difference(f"{CHUNKS}[{step}, {element}]", repr(then), repr(found), abs(found - then))
    return None


def _ns(duration: Any) -> int:
    return int(duration.sec) * NANOSECONDS + int(duration.nanosec)


def _row(point: Any) -> tuple[float, ...]:
    end, gripper = point.transforms
    move, turn = end.translation, end.rotation
    return (move.x, move.y, move.z, turn.x, turn.y, turn.z, turn.w, gripper.translation.x)
