"""Takes messages without ever blocking the caller; a thread writes them into a bag."""

import queue
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_writer import BagWriter, Split
from diffpol_ros.replay.image_packing import Packed, pack
from diffpol_ros.replay.schemas import schema_of
from diffpol_ros.replay.topic_writer import RecordedTopic, TopicWriter

QUEUE_BYTES = 256 << 20
JOIN_TIMEOUT_S = 20.0
PACKING_THREADS = 2
FLUSH_PERIOD_S = 0.25
"""So often what is pending goes to the operating system: a kill takes no more than that."""


class _Item(NamedTuple):
    topic: int
    log_ns: int
    published_ns: int
    size: int
    data: bytes | Future[Packed]


class FlightRecorder:
    """A bag being written by a thread of its own.

    What does not fit into `queue_bytes` of backlog is dropped and counted: memory stays bounded when a disk stalls.
    Images are packed by other threads, and written in the order in which they came.
    """

    def __init__(
        self,
        folder: Path,
        topics: Sequence[RecordedTopic] = (),
        queue_bytes: int = QUEUE_BYTES,
        split: Split | None = None,
    ) -> None:
        """Create the bag `folder` and start writing."""
        self._writer = BagWriter(folder, split=split)
        self._written = TopicWriter(self._writer)
        self._room = queue_bytes
        self._lock = threading.Lock()
        self._items: queue.SimpleQueue[_Item | RecordedTopic | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bag writer", daemon=True)
        self._packers = ThreadPoolExecutor(PACKING_THREADS, "image packer")
        self._topics: list[RecordedTopic] = []
        self._dropped: Counter[str] = Counter()
        self.received = 0
        self.failure: str = ""
        for topic in topics:
            self.add_topic(topic)
        self._thread.start()

    @property
    def room(self) -> int:
        """Return how many more bytes the backlog may hold."""
        return self._room

    @property
    def dropped(self) -> int:
        """Return how many messages were dropped."""
        return sum(self.dropped_of.values())

    @property
    def dropped_of(self) -> dict[str, int]:
        """Return how many of each topic, of which there were any."""
        with self._lock:
            return dict(self._dropped)

    @property
    def refusals(self) -> dict[str, str]:
        """Return of which topics images are stored as they were sent, though they were to be packed, and why."""
        return dict(self._written.refusals)

    def add_topic(self, topic: RecordedTopic) -> int:
        """Announce a topic; return its index for `put`."""
        topic = replace(topic, schema=topic.schema or schema_of(topic.type_name))
        self._topics.append(topic)
        self._items.put(topic)
        return len(self._topics) - 1

    def put(self, topic: int, log_ns: int, published_ns: int, data: bytes, *, needed: bool = False) -> bool:
        """Queue one CDR message of the topic at index `topic`; return False when it had to be dropped.

        needed: it is queued whatever the backlog is, as it says what was lost.
        """
        with self._lock:
            fits = not self.failure and (needed or len(data) <= self._room)
            if fits:
                self._room -= len(data)
                self.received += 1
            else:
                self._dropped[self._topics[topic].name] += 1
        if fits:
            self._items.put(_Item(topic, log_ns, published_ns, len(data), self._packed(topic, data)))
        return fits

    def close(self) -> None:
        """Write what is queued and finish the bag."""
        self._items.put(None)
        self._thread.join(JOIN_TIMEOUT_S)
        self._packers.shutdown(wait=False)
        if self._thread.is_alive():
            raise ResourceError(f"the bag could not be finished within {JOIN_TIMEOUT_S:.0f} s: the disk is too slow")

    def _packed(self, topic: int, data: bytes) -> bytes | Future[Packed]:
        recorded = self._topics[topic]
        return self._packers.submit(pack, data, recorded.packing, recorded.name) if recorded.packed else data

    def _run(self) -> None:
        due = time.monotonic() + FLUSH_PERIOD_S
        open_ = True
        while open_:
            open_ = self._take(max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                self._attempt(self._writer.flush)
                due = time.monotonic() + FLUSH_PERIOD_S
        self._attempt(self._writer.close)
        if self.failure:
            self._writer.abandon()

    def _take(self, patience_s: float) -> bool:
        """Write what comes within `patience_s` [s], one thing; return False at the end."""
        try:
            item = self._items.get(timeout=patience_s)
        except queue.Empty:
            return True
        if isinstance(item, RecordedTopic):
            self._attempt(self._written.add, item)
        elif item is not None:
            self._attempt(self._write, item)
            with self._lock:
                self._room += item.size
        return item is not None

    def _write(self, item: _Item) -> None:
        data = item.data.result() if isinstance(item.data, Future) else item.data
        self._written.write(item.topic, item.log_ns, item.published_ns, data)

    def _attempt(self, write: Callable[..., object], *arguments: object) -> None:
        """Write, unless that has failed before."""
        if self.failure:
            return
        try:
            write(*arguments)
        except (OSError, ValueError, struct.error) as error:
            told = getattr(error, "strerror", None) or error
            self.failure = f"the bag cannot be written: {told}; `diffpol bag repair` will finish it"
