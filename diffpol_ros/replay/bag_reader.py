"""Reads a bag back, also one whose recorder was killed."""

import io
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcap.exceptions import EndOfFile
from mcap.reader import NonSeekingReader

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.schemas import decode


@dataclass(frozen=True)
class Record:
    """One message of a bag. log_ns: when the recorder received it, published_ns: when it was sent [ns]. data: CDR."""

    topic: str
    type_name: str
    log_ns: int
    published_ns: int
    data: bytes

    @property
    def message(self) -> Any:
        """Return the decoded message."""
        return decode(self.data, self.type_name)


class BagReader:
    """A bag folder, or its MCAP file."""

    def __init__(self, path: Path) -> None:
        """Find the MCAP file of the bag at `path`."""
        files = [path] if path.is_file() else sorted(path.glob("*.mcap"))
        if len(files) != 1:
            raise ResourceError(f"{path}: holds {len(files)} .mcap files, expected one bag")
        self._file = files[0]

    @property
    def folder(self) -> Path:
        """Return the folder the bag lies in."""
        return self._file.parent

    def topics(self) -> dict[str, str]:
        """Return the message type of each topic that has messages."""
        return {record.topic: record.type_name for record in self.records()}

    def records(self, topics: Collection[str] | None = None) -> Iterator[Record]:
        """Yield the messages (of `topics`, or of all) in the order of the file, which is that of their reception.

        A bag cut short by a kill has no index and no end: what was written is yielded all the same.
        """
        names = None if topics is None else list(topics)
        with _WholeRecords(self._file.open("rb", buffering=0)) as stream:
            messages = NonSeekingReader(stream).iter_messages(topics=names, log_time_order=False)
            with suppress(EndOfFile):
                for schema, channel, message in messages:
                    name = schema.name if schema else ""
                    yield Record(channel.topic, name, message.log_time, message.publish_time, message.data)


class _WholeRecords(io.BufferedReader):
    """A file that ends before a record that is not whole: mcap's reader would stumble inside it."""

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if size is not None and len(data) < size:
            raise EndOfFile
        return data


def stamp_ns(message: Any) -> int:
    """Return the header's stamp of a decoded message [ns]."""
    stamp = message.header.stamp
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
