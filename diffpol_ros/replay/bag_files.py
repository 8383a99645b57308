"""Finds the files of a bag: what its metadata.yaml names, or what lies there without one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
import zstandard

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_metadata import METADATA
from diffpol_ros.replay.mcap_file import MAGIC
from diffpol_ros.replay.mcap_scan import McapScan
from diffpol_ros.replay.sqlite_scan import SqliteScan

SQLITE_MAGIC, ZSTD_MAGIC = b"SQLite format 3\0", b"\x28\xb5\x2f\xfd"
SUFFIXES = (".mcap", ".db3", ".zstd")
REPAIR = "`diffpol bag repair` makes it whole"
Scan = McapScan | SqliteScan


@dataclass(frozen=True)
class BagFiles:
    """The files of a bag in their order. packed: each message is packed by zstd. counted: as metadata.yaml says."""

    folder: Path
    files: tuple[Path, ...]
    packed: bool = False
    counted: int | None = None
    complaints: tuple[str, ...] = ()


def find_files(path: Path) -> BagFiles:
    """Return the files of the bag at `path`: a folder, or one of its files."""
    if not path.exists():
        raise ResourceError(f"{path}: does not exist; give a bag's folder, or its .mcap or .db3 file")
    if path.is_file():
        return BagFiles(path.parent, (path,))
    told, complaints = _metadata(path)
    if told is None:
        return _without_metadata(path, complaints)
    files = [path / Path(str(name)).name for name in told.get("relative_file_paths") or ()]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        complaints.append(f"{', '.join(missing)} of the bag is missing: its part of the recording is not there")
    there = tuple(file for file in files if file.is_file())
    if not there:
        raise ResourceError(f"{path}: none of the files that its {METADATA} names is there")
    packed = str(told.get("compression_mode") or "").upper() == "MESSAGE"
    counted = told.get("message_count")
    return BagFiles(path, there, packed, counted if isinstance(counted, int) else None, tuple(complaints))


def _metadata(folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    file = folder / METADATA
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))["rosbag2_bagfile_information"]
        list(told["relative_file_paths"])
    except FileNotFoundError:
        return None, [f"the bag has no {METADATA}: its recorder did not end in order; {REPAIR}"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        return None, [f"{METADATA} cannot be read ({type(error).__name__}): the files are taken as they lie; {REPAIR}"]
    return told, []


def _without_metadata(folder: Path, complaints: list[str]) -> BagFiles:
    files = sorted((file for file in folder.iterdir() if file.suffix in SUFFIXES and file.is_file()), key=_order)
    if not files:
        raise ResourceError(f"{folder}: holds no bag: neither {METADATA} nor an .mcap or .db3 file")
    stems = {re.sub(r"_\d+$", "", _stem(file)) for file in files}
    if len(stems) > 1:
        raise ResourceError(f"{folder}: holds the files of several bags ({', '.join(sorted(stems))}): name one of them")
    return BagFiles(folder, tuple(files), complaints=tuple(complaints))


def _stem(file: Path) -> str:
    return file.name.split(".", 1)[0]


def _order(file: Path) -> tuple[int, str]:
    number = re.search(r"_(\d+)$", _stem(file))
    return (int(number[1]) if number else 0, file.name)


@contextmanager
def opened(path: Path) -> Iterator[Scan]:
    """Give what reads the file, whatever it is by its first bytes; a packed one is unpacked beside the others."""
    try:
        with path.open("rb") as stream:
            head = stream.read(len(SQLITE_MAGIC))
    except OSError as error:
        raise ResourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    if head.startswith(ZSTD_MAGIC):
        with TemporaryDirectory(prefix="diffpol-bag-") as folder:
            plain = _unpacked(path, Path(folder) / path.name.removesuffix(".zstd"))
            with opened(plain) as scan:
                yield scan
    elif head.startswith(MAGIC):
        yield McapScan(path)
    elif head == SQLITE_MAGIC:
        yield SqliteScan(path)
    elif not head:
        raise ResourceError(f"{path}: is empty: its recorder ended before it wrote anything")
    else:
        raise ResourceError(f"{path}: is no bag: it begins as neither MCAP nor SQLite does")


def scans(found: BagFiles, complaints: dict[str, None]) -> Iterator[Scan]:
    """Yield what reads each file; what is wrong with one is added to `complaints` when it was read.

    A file of several that cannot be read at all is left out; the only one is an error.
    """
    for path in found.files:
        try:
            with opened(path) as scan:
                yield scan
                complaints.update(dict.fromkeys(scan.complaints))
        except ResourceError as error:
            if len(found.files) == 1:
                raise
            complaints[str(error)] = None


def _unpacked(path: Path, plain: Path) -> Path:
    """Write what can be unpacked of a file: of one cut short, its beginning."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        with path.open("rb") as source, plain.open("wb") as target:
            while data := source.read(1 << 20):
                target.write(unpacker.decompress(data))
    except zstandard.ZstdError as error:
        if not plain.stat().st_size:
            raise ResourceError(f"{path}: cannot be unpacked: {error}") from error
    return plain
