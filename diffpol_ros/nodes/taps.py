"""Subscriptions whose messages go undecoded into a flight recorder, in the order of their arrival."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.subscription import Subscription

from diffpol_ros.nodes.recorded_topics import Source, message_type
from diffpol_ros.replay.flight_recorder import FlightRecorder


class Parked(CallbackGroup):
    """Subscriptions that wake no executor: the recorder empties their queues itself, twenty times a second.

    Waking for each of some 400 messages a second took 17 % of a core without images; this takes 10 % with them.
    """

    def can_execute(self, entity: object) -> bool:
        """Never."""
        return False

    def beginning_execution(self, entity: object) -> bool:
        """Never."""
        return False

    def ending_execution(self, entity: object) -> None:
        """Nothing began."""


@dataclass
class _Tap:
    """One subscription."""

    source: Source
    index: int
    subscription: Subscription
    arrived: int = 0
    last_number: int | None = None


class _Taken(NamedTuple):
    log_ns: int
    tap: _Tap
    published_ns: int
    data: bytes


class Taps:
    """What a node records; `drain` takes what has arrived."""

    def __init__(self, node: Node, recorder: FlightRecorder) -> None:
        """Record for `node`."""
        self._node = node
        self._recorder = recorder
        self._parked = Parked()
        self._taps: dict[str, _Tap] = {}
        self._early: list[_Taken] = []
        self._missed: Counter[str] = Counter()

    def __contains__(self, topic: str) -> bool:
        """Whether `topic`, as it was given, is recorded."""
        return topic in self._taps

    def __len__(self) -> int:
        """Return how many topics are recorded."""
        return len(self._taps)

    def add(self, source: Source, index: int) -> None:
        """Subscribe to `source`, which the recorder knows as `index`."""
        subscription = self._node.create_subscription(
            message_type(source.type_name),
            source.topic,
            _nothing,
            source.quality,
            callback_group=self._parked,
            raw=True,
        )
        self._taps[source.topic] = _Tap(source, index, subscription)

    def arrived(self, topic: str) -> int:
        """Return how many messages of `topic` arrived, kept or not."""
        return self._taps[topic].arrived

    @property
    def missed(self) -> dict[str, int]:
        """Return how many messages of which topics, by their full names, were sent and never arrived."""
        return dict(self._missed)

    def drain(self, *, everything: bool = False) -> None:
        """Put what has arrived into the bag, sorted by arrival.

        What arrives while this runs waits for the next call, or topics drained late would overtake those drained
        early; `everything` takes it all the same.
        """
        until_ns = time.time_ns()
        taken, self._early = self._early, []
        for tap in self._taps.values():
            handle = tap.subscription.handle
            with handle:
                while (found := handle.take_message(tap.subscription.msg_type, True)) is not None:
                    self._take(taken, tap, *found)
        taken.sort(key=lambda each: each.log_ns)
        for each in taken:
            if each.log_ns > until_ns and not everything:
                self._early.append(each)
            else:
                self._recorder.put(each.tap.index, each.log_ns, each.published_ns, each.data)

    def close(self) -> None:
        """Take the last messages, then subscribe to nothing."""
        self.drain(everything=True)
        for tap in self._taps.values():
            self._node.destroy_subscription(tap.subscription)
        self._taps.clear()

    def _take(self, taken: list[_Taken], tap: _Tap, data: bytes, info: dict[str, int]) -> None:
        kept = tap.arrived % tap.source.stride == 0
        tap.arrived += 1
        self._count_missed(tap, info.get("publication_sequence_number"))
        if kept:
            taken.append(_Taken(info["received_timestamp"], tap, info["source_timestamp"], data))

    def _count_missed(self, tap: _Tap, number: int | None) -> None:
        """Count the numbers between this message and the last: none are left out unless messages were lost.

        Each publisher counts for itself, so that only the numbers of a single one say this.
        """
        if number is None:
            return
        last, tap.last_number = tap.last_number, number
        skipped = number - last - 1 if last is not None else 0
        if skipped > 0 and self._node.count_publishers(tap.subscription.topic_name) == 1:
            self._missed[tap.subscription.topic_name] += skipped


def _nothing(_: bytes) -> None:
    """Stand where rclpy wants a callback."""
