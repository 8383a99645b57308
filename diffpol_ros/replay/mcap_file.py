"""An MCAP file being written, chunk by chunk.

mcap's own writer compresses at zstd level 3 only: 5.3 ms for a noisy 640x480 rgb8 image against 1.0 ms at level 1,
for a file 10 % smaller. Beside a robot the time counts.
"""

import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

import zstandard
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    Header,
    McapRecord,
    Message,
    MessageIndex,
    Schema,
    Statistics,
    SummaryOffset,
)

MAGIC = b"\x89MCAP0\r\n"
LIBRARY = "diffpol_ros"
COMPRESSION_LEVEL = 1


@dataclass
class _OpenChunk:
    """The messages since the last chunk: their bytes, their times, and where each begins."""

    records: RecordBuilder = field(default_factory=RecordBuilder)
    index: dict[int, MessageIndex] = field(default_factory=dict)
    start_ns: int = 0
    end_ns: int = 0


class McapFile:
    """Writes to `stream`, which needs no seeking and is not closed."""

    def __init__(self, stream: BinaryIO, profile: str, chunk_bytes: int) -> None:
        """Begin the file."""
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        self._position = 0
        self._schemas: list[Schema] = []
        self._channels: list[Channel] = []
        self._counts: dict[int, int] = {}
        self._chunks: list[ChunkIndex] = []
        self._chunk = _OpenChunk()
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._write(MAGIC + _bytes_of(Header(profile=profile, library=LIBRARY)))

    def add_schema(self, name: str, encoding: str, data: bytes) -> int:
        """Add a message definition and return its number."""
        schema = Schema(id=len(self._schemas) + 1, name=name, encoding=encoding, data=data)
        self._schemas.append(schema)
        schema.write(self._chunk.records)
        return schema.id

    def add_channel(self, topic: str, encoding: str, schema: int, metadata: dict[str, str]) -> int:
        """Add a topic and return its number."""
        number = len(self._channels) + 1
        channel = Channel(id=number, topic=topic, message_encoding=encoding, schema_id=schema, metadata=metadata)
        self._channels.append(channel)
        self._counts[number] = 0
        channel.write(self._chunk.records)
        return number

    def add_message(self, channel: int, log_ns: int, published_ns: int, data: bytes) -> None:
        """Add a message; a chunk that is full goes to the stream."""
        chunk = self._chunk
        if not chunk.index:
            chunk.start_ns = chunk.end_ns = log_ns
        chunk.start_ns, chunk.end_ns = min(chunk.start_ns, log_ns), max(chunk.end_ns, log_ns)
        index = chunk.index.setdefault(channel, MessageIndex(channel_id=channel, records=[]))
        index.records.append((log_ns, chunk.records.count))
        Message(channel, log_ns, data, published_ns, self._counts[channel]).write(chunk.records)
        self._counts[channel] += 1
        if chunk.records.count >= self._chunk_bytes:
            self._close_chunk()

    @property
    def size_bytes(self) -> int:
        """Return how long the file is, with what is still pending, before that is packed."""
        return self._position + self._chunk.records.count

    def flush(self) -> None:
        """Write what is pending."""
        if self._chunk.index:
            self._close_chunk()

    def finish(self) -> None:
        """Write what is pending, then the index."""
        self.flush()
        self._write(_bytes_of(DataEnd(0)))
        start = self._position
        groups = (self._schemas, self._channels, [self._statistics()], self._chunks)
        summary, offsets = b"", b""
        for opcode, records in zip(_SUMMARY_OPCODES, groups, strict=True):
            group = b"".join(map(_bytes_of, records))
            if group:
                offsets += _bytes_of(SummaryOffset(opcode, start + len(summary), len(group)))
            summary += group
        footer = _bytes_of(Footer(start, start + len(summary), 0))
        # The checksum covers the summary and the footer up to, without, itself.
        checksum = zlib.crc32(summary + offsets + footer[:-4])
        self._write(summary + offsets + footer[:-4] + checksum.to_bytes(4, "little") + MAGIC)

    def _close_chunk(self) -> None:
        chunk, self._chunk = self._chunk, _OpenChunk()
        raw = chunk.records.end()
        packed = self._compressor.compress(raw)
        place = self._position
        record = _bytes_of(Chunk("zstd", packed, chunk.end_ns, chunk.start_ns, zlib.crc32(raw), len(raw)))
        offsets, indices = {}, b""
        for channel, index in chunk.index.items():
            offsets[channel] = place + len(record) + len(indices)
            indices += _bytes_of(index)
        self._write(record + indices)
        self._chunks.append(
            ChunkIndex(
                chunk_length=len(record),
                chunk_start_offset=place,
                compression="zstd",
                compressed_size=len(packed),
                message_end_time=chunk.end_ns,
                message_index_length=len(indices),
                message_index_offsets=offsets,
                message_start_time=chunk.start_ns,
                uncompressed_size=len(raw),
            )
        )

    def _statistics(self) -> Statistics:
        return Statistics(
            attachment_count=0,
            channel_count=len(self._channels),
            channel_message_counts=self._counts,
            chunk_count=len(self._chunks),
            message_count=sum(self._counts.values()),
            message_end_time=max((chunk.message_end_time for chunk in self._chunks), default=0),
            message_start_time=min((chunk.message_start_time for chunk in self._chunks), default=0),
            metadata_count=0,
            schema_count=len(self._schemas),
        )

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # an unbuffered stream may take a part only
            left = left[self._stream.write(left) :]
        self._stream.flush()
        self._position += len(data)


_SUMMARY_OPCODES = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.STATISTICS, Opcode.CHUNK_INDEX)


def _bytes_of(record: McapRecord) -> bytes:
    builder = RecordBuilder()
    record.write(builder)
    return builder.end()
