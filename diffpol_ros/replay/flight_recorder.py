"""Takes messages without ever blocking the caller; a thread writes them into a bag."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_writer import BagWriter

QUEUE_BYTES = 256 << 20
JOIN_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class RecordedTopic:
    """A topic to record: its full name, its message type, its QoS as rosbag2 writes it."""

    name: str
    type_name: str
    quality: str = ""


class _Item(NamedTuple):
    topic: int
    log_ns: int
    published_ns: int
    data: bytes


class FlightRecorder:
    """A bag being written by a thread of its own.

    What does not fit into `queue_bytes` of backlog is dropped and counted: memory stays bounded when a disk stalls.
    """

    def __init__(self, folder: Path, topics: Sequence[RecordedTopic], queue_bytes: int = QUEUE_BYTES) -> None:
        """Create the bag `folder` and start writing."""
        self._writer = BagWriter(folder)
        for topic in topics:
            self._writer.add_topic(topic.name, topic.type_name, topic.quality)
        self._room = queue_bytes
        self._lock = threading.Lock()
        self._items: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bag writer", daemon=True)
        self.received = 0
        self.dropped = 0
        self.failure: str = ""
        self._thread.start()

    @property
    def room(self) -> int:
        """Return how many more bytes the backlog may hold."""
        return self._room

    def put(self, topic: int, log_ns: int, published_ns: int, data: bytes) -> bool:
        """Queue one CDR message of the topic at index `topic`; return False when it had to be dropped."""
        with self._lock:
            fits = not self.failure and len(data) <= self._room
            if fits:
                self._room -= len(data)
                self.received += 1
            else:
                self.dropped += 1
        if fits:
            self._items.put(_Item(topic, log_ns, published_ns, data))
        return fits

    def close(self) -> None:
        """Write what is queued and finish the bag."""
        self._items.put(None)
        self._thread.join(JOIN_TIMEOUT_S)
        if self._thread.is_alive():
            raise ResourceError(f"the bag could not be finished within {JOIN_TIMEOUT_S:.0f} s: the disk is too slow")

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            self._write(item)
        try:
            self._writer.close()
        except OSError as error:
            self._fail(error)

    def _write(self, item: _Item) -> None:
        if not self.failure:
            try:
                self._writer.write(*item)
            except OSError as error:
                self._fail(error)
        with self._lock:
            self._room += len(item.data)

    def _fail(self, error: OSError) -> None:
        self.failure = f"the bag cannot be written: {error.strerror or error}"
