"""Writes a rosbag2 folder (MCAP files and metadata.yaml) that survives a kill up to its last chunk."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_metadata import FileEntry, TopicEntry, write_metadata
from diffpol_ros.replay.mcap_file import McapFile
from diffpol_ros.replay.schemas import Schema, schema_of

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Split:
    """When the next file of a bag begins: after so many bytes, or so many seconds of messages [s]; 0: never."""

    size_bytes: int = 0
    seconds: float = 0.0

    def due(self, size_bytes: int, elapsed_ns: int) -> bool:
        """Return whether a file of so many bytes, of messages over so long [ns], is full."""
        full = self.size_bytes > 0 and size_bytes >= self.size_bytes
        return full or (self.seconds > 0 and elapsed_ns >= self.seconds * NANOSECONDS)


@dataclass
class _Topic:
    """A topic of the bag being written."""

    name: str
    schema: Schema
    quality: str
    count: int = 0


class _File:
    """One MCAP file of the bag; it knows by itself what its messages are."""

    def __init__(self, path: Path, chunk_bytes: int) -> None:
        self.path = path
        self.count = self.start_ns = self.end_ns = 0
        self._stream = path.open("wb", buffering=0)
        self._writer = McapFile(self._stream, "ros2", chunk_bytes)
        self._schemas: dict[str, int] = {}
        self._channels: list[int] = []

    @property
    def size_bytes(self) -> int:
        return self._writer.size_bytes

    def add(self, topic: _Topic) -> None:
        schema = topic.schema
        if schema.name not in self._schemas:
            self._schemas[schema.name] = self._writer.add_schema(schema.name, schema.encoding, schema.text.encode())
        # The first is how rosbag2 of Humble and Jazzy say it, the second is Jazzy's.
        metadata = {"offered_qos_profiles": topic.quality, "topic_type_hash": schema.digest}
        self._channels.append(self._writer.add_channel(topic.name, "cdr", self._schemas[schema.name], metadata))

    def write(self, topic: int, log_ns: int, published_ns: int, data: bytes) -> None:
        self._writer.add_message(self._channels[topic], log_ns, published_ns, data)
        self.start_ns = min(self.start_ns, log_ns) if self.count else log_ns
        self.end_ns = max(self.end_ns, log_ns)
        self.count += 1

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.finish()
        self._stream.close()

    def abandon(self) -> None:
        self._stream.close()

    @property
    def entry(self) -> FileEntry:
        return FileEntry(self.path.name, self.start_ns, self.end_ns, self.count)


class BagWriter:
    """A bag being written. Use it from one thread, as a context or with `close`.

    Each chunk of about 1 MiB goes to the operating system when it is full, or with `flush`: what was flushed is
    there when the recorder is killed.
    """

    def __init__(self, folder: Path, *, chunk_bytes: int = CHUNK_BYTES, split: Split | None = None) -> None:
        """Create `folder`, which must not exist yet."""
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise ResourceError(f"{folder}: exists already; a bag is never overwritten: name another folder") from error
        except OSError as error:
            raise ResourceError(f"{folder}: cannot be created: {error.strerror}") from error
        self._folder = folder
        self._chunk_bytes = chunk_bytes
        self._split = split or Split()
        self._topics: list[_Topic] = []
        self._written: list[FileEntry] = []
        self._closed = False
        self._file = self._next_file()

    def add_topic(self, topic: str, type_name: str, quality: str = "", schema: Schema | None = None) -> int:
        """Announce `topic` and return its number for `write`.

        quality: its QoS as rosbag2 writes it. schema: of a type that is none of the standard ones.
        """
        added = _Topic(topic, schema or schema_of(type_name), quality)
        self._topics.append(added)
        self._file.add(added)
        return len(self._topics) - 1

    def write(self, topic: int, log_ns: int, published_ns: int, data: bytes) -> None:
        """Append one CDR message of the topic numbered `topic`, with both its times in [ns since the epoch]."""
        file = self._file
        if file.count and self._split.due(file.size_bytes, log_ns - file.start_ns):
            self.next_file()
        self._file.write(topic, log_ns, published_ns, data)
        self._topics[topic].count += 1

    def next_file(self) -> None:
        """Finish the file, begin the next."""
        self._file.close()
        self._written.append(self._file.entry)
        self._file = self._next_file()

    def flush(self) -> None:
        """Give what is pending to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Finish the file, then write metadata.yaml; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._file.close()
        topics = [_entry(topic) for topic in self._topics]
        write_metadata(self._folder, topics, [*self._written, self._file.entry])

    def abandon(self) -> None:
        """Leave the bag as it is, without its end: after an error, so that nothing follows what was torn."""
        self._closed = True
        self._file.abandon()

    def _next_file(self) -> _File:
        file = _File(self._folder / f"{self._folder.name}_{len(self._written)}.mcap", self._chunk_bytes)
        for topic in self._topics:
            file.add(topic)
        return file

    def __enter__(self) -> "BagWriter":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the bag."""
        self.close()


def _entry(topic: _Topic) -> TopicEntry:
    return TopicEntry(topic.name, topic.schema.name, topic.quality, topic.schema.digest, topic.count)
