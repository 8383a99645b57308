"""The records of an MCAP file as they lie in bytes, read strictly: what does not fit its own length is damaged."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import zstandard
from mcap.records import Chunk
from mcap.stream_reader import get_chunk_data_stream

HEADER = struct.Struct("<BQ")
MESSAGE = struct.Struct("<HIQQ")
SCHEMA_OPCODE, CHANNEL_OPCODE, MESSAGE_OPCODE, CHUNK_OPCODE = 0x03, 0x04, 0x05, 0x06
LAST_OPCODE, FIRST_PRIVATE = 0x0F, 0x80
LARGEST_CHUNK = 1 << 32


class Damaged(Exception):
    """Bytes that are not what they should be."""


@dataclass(frozen=True)
class StoredSchema:
    """A message definition of the file: encoding is that of the text, such as "ros2msg"."""

    name: str
    encoding: str
    text: str


@dataclass(frozen=True)
class StoredChannel:
    """A topic of the file: quality is its QoS as rosbag2 writes it, digest its type's hash; both may be empty."""

    topic: str
    schema: int
    encoding: str
    quality: str
    digest: str


class StoredMessage(NamedTuple):
    """A message of the file: its channel, when it was received and sent [ns], its bytes."""

    channel: int
    log_ns: int
    published_ns: int
    data: bytes


@dataclass(frozen=True)
class StoredChunk:
    """A chunk, perhaps only its first bytes: whole says which; its messages lie between two times [ns]."""

    start_ns: int
    end_ns: int
    size: int
    checksum: int
    compression: str
    packed: memoryview
    whole: bool


class Fields:
    """Takes the fields of a record one after the other."""

    def __init__(self, data: bytes | memoryview) -> None:
        """Read `data` from its beginning; what is taken is a view of it, not a copy."""
        self._data, self._place = memoryview(data), 0

    @property
    def left(self) -> int:
        """Return how many bytes are left."""
        return len(self._data) - self._place

    def take(self, size: int) -> memoryview:
        """Return the next `size` bytes."""
        found = self._data[self._place : self._place + size]
        if len(found) < size:
            raise Damaged("a record is shorter than it says")
        self._place += size
        return found

    def number(self, size: int) -> int:
        """Return the next number, of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        """Return the next text."""
        try:
            return str(self.take(self.number(4)), "utf-8")
        except UnicodeDecodeError as error:
            raise Damaged("a text is not UTF-8") from error

    def rest(self) -> memoryview:
        """Return what is left."""
        return self.take(self.left)


def schema(data: bytes | memoryview) -> tuple[int, StoredSchema]:
    """Return a schema and its number."""
    fields = Fields(data)
    number, name, encoding = fields.number(2), fields.text(), fields.text()
    try:
        return number, StoredSchema(name, encoding, str(fields.take(fields.number(4)), "utf-8"))
    except UnicodeDecodeError as error:
        raise Damaged(f"the definition of {name} is not UTF-8") from error


def channel(data: bytes | memoryview) -> tuple[int, StoredChannel]:
    """Return a channel and its number."""
    fields = Fields(data)
    number, own, topic, encoding = fields.number(2), fields.number(2), fields.text(), fields.text()
    pairs, metadata = Fields(fields.take(fields.number(4))), dict[str, str]()
    while pairs.left:
        key = pairs.text()
        metadata[key] = pairs.text()
    quality, digest = metadata.get("offered_qos_profiles", ""), metadata.get("topic_type_hash", "")
    return number, StoredChannel(topic, own, encoding, quality, digest)


def channel_of(data: bytes | memoryview) -> int:
    """Return the channel of a message."""
    if len(data) < MESSAGE.size:
        raise Damaged("a message is shorter than its own head")
    return int.from_bytes(data[:2], "little")


def message(data: bytes | memoryview) -> StoredMessage:
    """Return a message that is as long as its head at least."""
    number, _, log_ns, published_ns = MESSAGE.unpack_from(data)
    return StoredMessage(number, log_ns, published_ns, bytes(data[MESSAGE.size :]))


def chunk(data: bytes | memoryview, *, whole: bool) -> StoredChunk:
    """Return a chunk; where it is not whole, `data` is what there is of it."""
    fields = Fields(data)
    start_ns, end_ns, size, checksum = fields.number(8), fields.number(8), fields.number(8), fields.number(4)
    compression, packed_size = fields.text(), fields.number(8)
    packed = fields.take(packed_size) if whole else fields.rest()
    if size > LARGEST_CHUNK:
        raise Damaged(f"a chunk says that it holds {size} bytes")
    return StoredChunk(start_ns, end_ns, size, checksum, compression, packed, whole)


def unpacked(found: StoredChunk) -> bytes:
    """Return the bytes of a chunk: all of them, checked, or of a torn one those that can still be had."""
    try:
        data = _unpacked(found)
    except (zstandard.ZstdError, RuntimeError, EOFError, MemoryError) as error:
        raise Damaged(f"a chunk cannot be unpacked: {error}") from error
    if found.whole and len(data) != found.size:
        raise Damaged(f"a chunk has {len(data)} bytes and says {found.size}")
    if found.whole and found.checksum and zlib.crc32(data) != found.checksum:
        raise Damaged("the checksum of a chunk does not hold")
    return data


def _unpacked(found: StoredChunk) -> bytes:
    if found.compression == "zstd":
        size = zstandard.frame_content_size(found.packed) if found.packed else 0
        if size > found.size:
            raise Damaged("a chunk would be larger than it says")
        if size == found.size and found.whole:
            return zstandard.ZstdDecompressor().decompress(found.packed)
        return zstandard.ZstdDecompressor().decompressobj().decompress(found.packed)
    if found.compression == "lz4":
        if not found.whole:
            raise Damaged("of a chunk packed by lz4, a part cannot be had")
        packed = Chunk("lz4", bytes(found.packed), found.end_ns, found.start_ns, 0, found.size)
        stream, size = get_chunk_data_stream(packed)
        return stream.read(size)
    if found.compression:
        raise Damaged(f"a chunk is compressed by {found.compression!r}, known are zstd and lz4")
    return bytes(found.packed)


def records(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Yield the opcode and a view of each record inside a chunk, up to the first that is not whole."""
    view, place, size = memoryview(data), 0, len(data)
    while place + HEADER.size <= size:
        opcode, length = HEADER.unpack_from(data, place)
        place += HEADER.size
        if place + length > size:
            return
        yield opcode, view[place : place + length]
        place += length
