"""Writes a rosbag2 folder (one MCAP file and metadata.yaml) that survives a kill up to its last chunk."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import yaml

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.mcap_file import McapFile
from diffpol_ros.replay.schemas import schema_of

CHUNK_BYTES = 1 << 20
METADATA_VERSION = 8
"""The newest that Humble's rosbag2 still reads; Jazzy reads it too."""


@dataclass
class _Channel:
    """A topic of the bag being written."""

    topic: str
    type_name: str
    number: int
    quality: str
    count: int = 0


class BagWriter:
    """A bag being written. Use it from one thread, as a context or with `close`.

    Each chunk of about 1 MiB goes to the operating system when it is full, so a killed recorder loses less than
    that.
    """

    def __init__(self, folder: Path, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        """Create `folder`, which must not exist yet."""
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise ResourceError(f"{folder}: exists already; a bag is never overwritten: name another folder") from error
        except OSError as error:
            raise ResourceError(f"{folder}: cannot be created: {error.strerror}") from error
        self._folder = folder
        self._file: BinaryIO = (folder / f"{folder.name}_0.mcap").open("wb")
        self._writer = McapFile(self._file, "ros2", chunk_bytes)
        self._schemas: dict[str, int] = {}
        self._channels: list[_Channel] = []
        self._first_ns: int | None = None
        self._last_ns = 0

    def add_topic(self, topic: str, type_name: str, quality: str = "") -> int:
        """Announce `topic` and return its number for `write`; `quality` is its QoS as rosbag2 writes it."""
        if type_name not in self._schemas:
            text = schema_of(type_name).text.encode()
            self._schemas[type_name] = self._writer.add_schema(type_name, "ros2msg", text)
        metadata = {"offered_qos_profiles": quality}
        number = self._writer.add_channel(topic, "cdr", self._schemas[type_name], metadata)
        self._channels.append(_Channel(topic, type_name, number, quality))
        return len(self._channels) - 1

    def write(self, topic: int, log_ns: int, published_ns: int, data: bytes) -> None:
        """Append one CDR message of the topic numbered `topic`, with both its times in [ns since the epoch]."""
        channel = self._channels[topic]
        self._writer.add_message(channel.number, log_ns, published_ns, data)
        channel.count += 1
        self._first_ns = log_ns if self._first_ns is None else min(self._first_ns, log_ns)
        self._last_ns = max(self._last_ns, log_ns)

    def close(self) -> None:
        """Finish the file, then write metadata.yaml; safe to call twice."""
        if self._file.closed:
            return
        self._writer.finish()
        self._file.close()
        draft = self._folder / "metadata.yaml.part"
        draft.write_text(yaml.safe_dump(self._metadata(), sort_keys=False), encoding="utf-8")
        draft.replace(self._folder / "metadata.yaml")

    def _metadata(self) -> dict[str, object]:
        start = {"nanoseconds_since_epoch": self._first_ns or 0}
        duration = {"nanoseconds": self._last_ns - (self._first_ns or self._last_ns)}
        count = sum(channel.count for channel in self._channels)
        file = f"{self._folder.name}_0.mcap"
        information = {
            "version": METADATA_VERSION,
            "storage_identifier": "mcap",
            "duration": duration,
            "starting_time": start,
            "message_count": count,
            "topics_with_message_count": [_topic_metadata(channel) for channel in self._channels],
            "compression_format": "",
            "compression_mode": "",
            "relative_file_paths": [file],
            "files": [{"path": file, "starting_time": start, "duration": duration, "message_count": count}],
            "custom_data": None,
            "ros_distro": "",
        }
        return {"rosbag2_bagfile_information": information}

    def __enter__(self) -> "BagWriter":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the bag."""
        self.close()


def _topic_metadata(channel: _Channel) -> dict[str, object]:
    return {
        "topic_metadata": {
            "name": channel.topic,
            "type": channel.type_name,
            "serialization_format": "cdr",
            "offered_qos_profiles": channel.quality,
            "type_description_hash": schema_of(channel.type_name).digest,
        },
        "message_count": channel.count,
    }
