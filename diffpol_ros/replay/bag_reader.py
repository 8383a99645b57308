"""Reads a bag back: MCAP or sqlite3, split, packed, and also one whose recorder was killed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard
from rosbags.typesys.store import Typestore

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_files import Scan, find_files, scans
from diffpol_ros.replay.bag_types import BagTypes
from diffpol_ros.replay.mcap_parts import StoredMessage, StoredSchema
from diffpol_ros.replay.schemas import decode
from diffpol_ros.replay.sqlite_scan import SOURCE_OF_TIME, SqliteScan


@dataclass(frozen=True)
class Record:
    """One message of a bag. log_ns: when the recorder received it, published_ns: when it was sent [ns]. data: CDR.

    store: the types to decode it by, where they are not the standard ones.
    """

    topic: str
    type_name: str
    log_ns: int
    published_ns: int
    data: bytes
    store: Typestore | None = field(default=None, repr=False, compare=False)

    @property
    def message(self) -> Any:
        """Return the decoded message."""
        try:
            return decode(self.data, self.type_name, self.store)
        except ResourceError as error:
            raise ResourceError(f"{self.topic}, received at {self.log_ns} ns: {error}") from error

    def message_of(self, *type_names: str) -> Any:
        """Return the decoded message, which is of one of these types; refuse any other, which somebody else sent."""
        if self.type_name not in type_names:
            raise ResourceError(
                f"{self.topic} holds {self.type_name}, expected {' or '.join(type_names)}: it is not the topic of this "
                "project's nodes; name the --namespace of theirs, or rename what else is published under this name"
            )
        return self.message


class BagReader:
    """A bag's folder, or one of its files.

    `complaints` says what is wrong with it: some is known at once, the rest when `records` has come to its end.
    """

    def __init__(self, path: Path) -> None:
        """Find the files of the bag at `path`."""
        self._found = find_files(path)
        self._types = BagTypes()
        self._complaints = dict.fromkeys(self._found.complaints)

    @property
    def folder(self) -> Path:
        """Return the folder the bag lies in."""
        return self._found.folder

    @property
    def run_name(self) -> str:
        """Return what the run is called: the results folder, where the bag lies in one."""
        folder = self.folder.absolute()
        return folder.parent.name if folder.name == "bag" else folder.name

    @property
    def files(self) -> tuple[Path, ...]:
        """Return its files, in their order."""
        return self._found.files

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return what was found wrong with the bag so far, each once."""
        return (*self._complaints, *self._types.complaints)

    def topics(self) -> dict[str, str]:
        """Return the message type of each topic that has messages."""
        return {record.topic: record.type_name for record in self.records()}

    def records(self, topics: Collection[str] | None = None) -> Iterator[Record]:
        """Yield the messages (of `topics`, or of all) in the order of the files, which is that of their reception.

        A bag cut short by a kill has no index and no end: what was written is yielded all the same.
        """
        names = None if topics is None else set(topics)
        count = 0
        for scan in scans(self._found, self._complaints):
            for record in self._records(scan, names):
                yield record
                count += 1
        counted = self._found.counted
        if topics is None and counted is not None and counted != count:
            self._complaints[f"its metadata.yaml counts {counted} messages, {count} could be read"] = None

    def _records(self, scan: Scan, names: set[str] | None) -> Iterator[Record]:
        if isinstance(scan, SqliteScan):
            self._complaints[SOURCE_OF_TIME] = None
        stores: dict[int, Typestore | None] = {}
        for message in scan.messages(None if names is None else lambda channel: channel.topic in names):
            channel = scan.channels[message.channel]
            schema = scan.schemas.get(channel.schema, StoredSchema("", "", ""))
            if message.channel not in stores:
                stores[message.channel] = self._types.store(schema, channel.digest)
            data = self._plain(message) if self._found.packed else message.data
            store = stores[message.channel]
            yield Record(channel.topic, schema.name, message.log_ns, message.published_ns, data, store)

    def _plain(self, message: StoredMessage) -> bytes:
        try:
            return zstandard.ZstdDecompressor().decompressobj().decompress(message.data)
        except zstandard.ZstdError as error:
            raise ResourceError(
                f"{self.folder}: a message at {message.log_ns} ns cannot be unpacked: {error}"
            ) from error


def stamp_ns(message: Any) -> int:
    """Return the header's stamp of a decoded message [ns]."""
    stamp = message.header.stamp
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
