"""Makes a bag whole again whose recorder was killed or whose disk was full: what can be read, with index and end."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard
from mcap.exceptions import McapError
from mcap.reader import SeekingReader

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_files import BagFiles, Scan, find_files, scans
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.mcap_parts import StoredChannel
from diffpol_ros.replay.mcap_scan import McapScan
from diffpol_ros.replay.schemas import Schema
from diffpol_ros.replay.sqlite_scan import SOURCE_OF_TIME


@dataclass(frozen=True)
class Repair:
    """What was recovered. lost_bytes: of the files, that could not be read. lost_s: about so much of the recording [s].

    folder: of the bag that is whole; None where the one that was given was.
    """

    folder: Path | None
    messages: int
    lost_bytes: int
    lost_s: float
    complaints: tuple[str, ...]


@dataclass
class _Tally:
    """What is counted while a bag is read."""

    messages: int = 0
    first_ns: int = 0
    last_ns: int = 0
    lost_bytes: int = 0
    lost_ns: int = 0

    def message(self, log_ns: int) -> None:
        self.first_ns = log_ns if not self.messages else min(self.first_ns, log_ns)
        self.last_ns = max(self.last_ns, log_ns)
        self.messages += 1

    def file(self, scan: Scan) -> None:
        """Add what a file has lost; where no head of a chunk tells how long that was, its bytes do."""
        if not isinstance(scan, McapScan):
            return
        lost, size = scan.losses, scan.path.stat().st_size
        read = max(1, size - lost.end_bytes - lost.chunk_bytes)
        self.lost_bytes += lost.end_bytes + lost.chunk_bytes
        self.lost_ns += lost.chunk_ns
        if lost.until_ns:
            self.lost_ns += max(0, lost.until_ns - self.last_ns)
        else:
            self.lost_ns += (self.last_ns - self.first_ns) * lost.end_bytes // read


def faults(path: Path) -> tuple[str, ...]:
    """Return what is wrong with a bag that a repair would make right; reads all of it."""
    bag = BagReader(path)
    for _ in bag.records():
        pass
    types = {each for each in bag.complaints if each.startswith("message type")}
    found = [each for each in bag.complaints if each != SOURCE_OF_TIME and each not in types]
    return tuple(found or (complaint for file in bag.files for complaint in _index_complaints(file)))


def repair(path: Path, output: Path) -> Repair:
    """Write what can be read of the bag at `path` into a new one, `output`, unless it is whole; it is not changed."""
    found = faults(path)
    files = find_files(path)
    if not found:
        return Repair(None, 0, 0, 0.0, ())
    tally = _Tally()
    with BagWriter(output) as writer:
        _copy(files, writer, tally)
    kept = sum(1 for _ in BagReader(output).records())
    if kept != tally.messages:
        raise ResourceError(f"{output}: holds {kept} messages, {tally.messages} were written: is the disk full?")
    return Repair(output, tally.messages, tally.lost_bytes, tally.lost_ns / NANOSECONDS, found)


def _copy(files: BagFiles, writer: BagWriter, tally: _Tally) -> None:
    topics: dict[tuple[str, str], int] = {}
    for number, scan in enumerate(scans(files, {})):
        if number:
            writer.next_file()
        own: dict[int, int] = {}
        for message in scan.messages():
            if message.channel not in own:
                own[message.channel] = _topic(scan, scan.channels[message.channel], topics, writer)
            data = message.data
            if files.packed:
                data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
            writer.write(own[message.channel], message.log_ns, message.published_ns, data)
            tally.message(message.log_ns)
        for channel in scan.channels.values():
            _topic(scan, channel, topics, writer)
        tally.file(scan)


def _topic(scan: Scan, channel: StoredChannel, topics: dict[tuple[str, str], int], writer: BagWriter) -> int:
    """Return the number of a topic in the new bag; it is announced where it is new."""
    stored = scan.schemas.get(channel.schema)
    name = stored.name if stored else ""
    if (channel.topic, name) not in topics:
        encoding = stored.encoding if stored else ""
        schema = Schema(name, stored.text if stored else "", channel.digest, encoding)
        topics[channel.topic, name] = writer.add_topic(channel.topic, name, channel.quality, schema)
    return topics[channel.topic, name]


def _index_complaints(file: Path) -> Iterator[str]:
    """Yield why the index of an MCAP file, with which other tools read it, cannot be used."""
    if file.suffix != ".mcap":
        return
    try:
        with file.open("rb") as stream:
            if SeekingReader(stream, validate_crcs=True).get_summary() is None:
                yield f"{file.name} has no index"
    except (McapError, ValueError, OSError, IndexError, KeyError) as error:
        yield f"the index of {file.name} cannot be read: {error or type(error).__name__}"
