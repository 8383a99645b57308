"""Reads an MCAP file from its beginning, without its index: whole, cut short, or with damaged chunks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay import mcap_parts as parts
from diffpol_ros.replay.mcap_file import MAGIC
from diffpol_ros.replay.mcap_parts import Damaged, StoredChannel, StoredChunk, StoredMessage, StoredSchema

DATA_END, FOOTER = 0x0F, 0x02
LARGEST_RECORD = 1 << 33


@dataclass
class Losses:
    """What a file lacks. end_bytes: of its end, which could not be read. torn: whether it has no end at all.

    until_ns: when the last message of a torn chunk was received [ns], which its head tells; 0: not known.
    """

    end_bytes: int = 0
    chunks: int = 0
    chunk_bytes: int = 0
    torn: bool = False
    until_ns: int = 0
    chunk_ns: int = 0
    why: str = ""


class McapScan:
    """One pass over a file; `schemas`, `channels` and `losses` fill while `messages` is read."""

    def __init__(self, path: Path) -> None:
        """Read `path`, which must begin as an MCAP file does."""
        self.path = path
        self.schemas: dict[int, StoredSchema] = {}
        self.channels: dict[int, StoredChannel] = {}
        self.losses = Losses()
        self._unknown = 0
        self._wanted: Callable[[StoredChannel], bool] | None = None
        self._known: dict[int, bool] = {}

    @property
    def complaints(self) -> Iterator[str]:
        """Yield what was wrong with the file, as far as it was read."""
        found, name = self.losses, self.path.name
        if found.torn:
            lost = f"{found.end_bytes} bytes at its end could not be read" if found.end_bytes else "it has no index"
            why = f" ({found.why})" if found.why else ""
            yield f"{name} is not whole: its recorder did not end in order, {lost}{why}"
        if found.chunks:
            yield f"{name} is damaged: {found.chunks} chunks of {found.chunk_bytes} bytes are left out ({found.why})"
        if self._unknown:
            yield f"{name} is damaged: {self._unknown} messages belong to no known topic"

    def messages(self, wanted: Callable[[StoredChannel], bool] | None = None) -> Iterator[StoredMessage]:
        """Yield the messages of the channels that are wanted, or of all, in the order of the file."""
        self.losses, self._unknown = Losses(), 0
        self._wanted, self._known = wanted, {}
        yield from self._messages()

    def _messages(self) -> Iterator[StoredMessage]:
        with self.path.open("rb") as stream:
            size = self.path.stat().st_size
            if stream.read(len(MAGIC)) != MAGIC:
                raise ResourceError(f"{self.path}: is no MCAP file: it does not begin as one")
            place = stream.tell()
            try:
                while not (yield from self._record(stream, size)):
                    place = stream.tell()
            except Damaged as damage:
                self.losses.torn, self.losses.why, self.losses.end_bytes = True, str(damage), size - place

    def _record(self, stream: BinaryIO, size: int) -> "Iterator[StoredMessage]":
        """Read one record; yield its messages; return whether it was the last."""
        head = stream.read(parts.HEADER.size)
        if len(head) < parts.HEADER.size:
            raise Damaged("")
        opcode, length = parts.HEADER.unpack(head)
        if not 0 < opcode <= parts.LAST_OPCODE and opcode < parts.FIRST_PRIVATE:
            raise Damaged("what follows is no MCAP")
        begins = stream.tell()
        if begins + length > size:
            if opcode == parts.CHUNK_OPCODE:
                yield from self._torn_chunk(stream.read())
            raise Damaged("")
        if opcode == DATA_END:
            self._check_end(stream, size)
            return True
        if opcode in (parts.SCHEMA_OPCODE, parts.CHANNEL_OPCODE, parts.MESSAGE_OPCODE):
            yield from self._content(opcode, stream.read(length))
        elif opcode == parts.CHUNK_OPCODE:
            yield from self._chunk(stream.read(length))
        else:
            stream.seek(begins + length)
        return False

    def _check_end(self, stream: BinaryIO, size: int) -> None:
        """Note where the index or the end is missing: every message was before it."""
        stream.seek(max(0, size - len(MAGIC)))
        if stream.read() != MAGIC:
            self.losses.torn = True

    def _content(self, opcode: int, data: bytes | memoryview) -> Iterator[StoredMessage]:
        if opcode == parts.MESSAGE_OPCODE:
            if self._wants(parts.channel_of(data)):
                yield parts.message(data)
        elif opcode == parts.SCHEMA_OPCODE:
            number, schema = parts.schema(data)
            self.schemas[number] = schema
        elif opcode == parts.CHANNEL_OPCODE:
            number, channel = parts.channel(data)
            self.channels[number] = channel

    def _chunk(self, data: bytes) -> Iterator[StoredMessage]:
        """Yield the messages of a whole chunk; one that is damaged is left out and counted."""
        found = parts.chunk(data, whole=True)
        try:
            inside = list(parts.records(parts.unpacked(found)))
        except Damaged as damage:
            self.losses.chunk_ns += max(0, found.end_ns - found.start_ns)
            self.losses.chunks += 1
            self.losses.chunk_bytes += len(data)
            self.losses.why = str(damage)
            return
        for opcode, content in inside:
            yield from self._content(opcode, content)

    def _torn_chunk(self, data: bytes) -> Iterator[StoredMessage]:
        """Yield the messages of a chunk that ends too early: those that are whole, known and of its time."""
        found = parts.chunk(data, whole=False)
        self.losses.until_ns = found.end_ns
        for opcode, content in parts.records(parts.unpacked(found)):
            if opcode == parts.MESSAGE_OPCODE:
                self._check_torn(found, parts.message(content) if parts.channel_of(content) in self.channels else None)
            yield from self._content(opcode, content)

    def _check_torn(self, found: StoredChunk, message: StoredMessage | None) -> None:
        if message is None or not found.start_ns <= message.log_ns <= found.end_ns:
            raise Damaged("a torn chunk holds what does not belong there")

    def _wants(self, number: int) -> bool:
        """Return whether the messages of a channel are to be given: others are not even copied."""
        if number not in self._known:
            channel = self.channels.get(number)
            if channel is None:
                self._unknown += 1
                return False
            self._known[number] = self._wanted is None or self._wanted(channel)
        return self._known[number]
