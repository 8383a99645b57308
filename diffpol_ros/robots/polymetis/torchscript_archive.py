"""A stored TorchScript file whose tensors are read and overwritten in place, without torch.

A TorchScript file is a zip archive. The project's own carry `extra/diffpol_ros.json`, which names the law and says
which entry holds which float32 tensor. Overwriting one takes its bytes and the two copies of its checksum.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import Array

DESCRIPTION_ENTRY = "extra/diffpol_ros.json"
JOINT_TARGET = "joint_pos_desired"

_FLOAT = np.dtype("<f4")
_CENTRAL_HEADER = b"PK\x01\x02"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_HAS_DESCRIPTOR = 0x08
_LOCAL_CHECKSUM, _LOCAL_NAME_LENGTHS, _LOCAL_SIZE = 14, 26, 30
_CENTRAL_CHECKSUM, _CENTRAL_NAME_LENGTHS, _CENTRAL_SIZE = 16, 28, 46
# What zipfile, zlib, json and struct raise for bytes that are damaged anywhere.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, TypeError, RuntimeError)


class ArchiveError(RobotError):
    """A file that is not a TorchScript file of this project."""


@dataclass(frozen=True)
class TensorSlot:
    """Where one float32 tensor and the two copies of its CRC-32 lie in the file [bytes]."""

    offset: int
    count: int
    checksums: tuple[int, int]


class TorchScriptArchive:
    """One of the project's TorchScript files in memory."""

    def __init__(self, content: bytes, source: str) -> None:
        """Find the tensors in `content`; `source` names it in errors."""
        self.source = source
        self.content = bytes(content)
        try:
            self.law, self._slots = _read_description(self.content)
        except _UNREADABLE as error:
            raise ArchiveError(f"{source}: not a TorchScript file of this project: {error}") from error

    @classmethod
    def load(cls, path: Path) -> "TorchScriptArchive":
        """Read a stored file."""
        try:
            return cls(path.read_bytes(), str(path))
        except OSError as error:
            raise ArchiveError(f"{path}: cannot be read: {error.strerror}: reinstall diffpol_ros") from error

    @property
    def tensors(self) -> tuple[str, ...]:
        """Return the names of the tensors."""
        return tuple(self._slots)

    def read(self, name: str) -> Array:
        """Return the numbers of the tensor `name`, flat."""
        slot = self._slot(name)
        return np.frombuffer(self.content, _FLOAT, slot.count, slot.offset).astype(np.float64)

    def patched(self, tensors: Mapping[str, ArrayLike]) -> bytes:
        """Return the file with other numbers in `tensors`; they must be finite and as many as before."""
        content = bytearray(self.content)
        for name, values in tensors.items():
            slot = self._slot(name)
            numbers = np.asarray(values, dtype=_FLOAT)
            if numbers.shape != (slot.count,) or not np.isfinite(numbers).all():
                raise ArchiveError(f"{self.source}: {name} takes {slot.count} finite numbers, not {values}")
            data = numbers.tobytes()
            content[slot.offset : slot.offset + len(data)] = data
            for checksum in slot.checksums:
                struct.pack_into("<I", content, checksum, zlib.crc32(data))
        return bytes(content)

    def _slot(self, name: str) -> TensorSlot:
        if name not in self._slots:
            raise ArchiveError(f"{self.source}: has no tensor {name}, only {', '.join(self._slots)}")
        return self._slots[name]


def _read_description(content: bytes) -> tuple[str, dict[str, TensorSlot]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
        description = json.loads(archive.read(entries[DESCRIPTION_ENTRY]))
        slots = {
            str(name): _find_slot(content, entries[entry], archive.start_dir)
            for name, entry in description["tensors"].items()
        }
        return str(description["law"]), slots


def _find_slot(content: bytes, entry: zipfile.ZipInfo, directory: int) -> TensorSlot:
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size % _FLOAT.itemsize:
        raise ValueError(f"{entry.filename} is not a plain float32 tensor")
    name_length, extra_length = struct.unpack_from("<HH", content, entry.header_offset + _LOCAL_NAME_LENGTHS)
    offset = entry.header_offset + _LOCAL_SIZE + name_length + extra_length
    if offset + entry.file_size > directory:
        raise ValueError(f"{entry.filename} is cut off")
    if zlib.crc32(content[offset : offset + entry.file_size]) != entry.CRC:
        raise ValueError(f"{entry.filename} has another checksum than the directory says")
    checksum = entry.header_offset + _LOCAL_CHECKSUM
    if entry.flag_bits & _HAS_DESCRIPTOR:
        checksum = offset + entry.file_size
        checksum += 4 * (content[checksum : checksum + 4] == _DESCRIPTOR_SIGNATURE)
    return TensorSlot(
        offset, entry.file_size // _FLOAT.itemsize, (checksum, _central_checksum(content, entry, directory))
    )


def _central_checksum(content: bytes, entry: zipfile.ZipInfo, directory: int) -> int:
    """Return where the central directory keeps the checksum of `entry`."""
    name = entry.filename.encode()
    while content[directory : directory + 4] == _CENTRAL_HEADER:
        lengths = struct.unpack_from("<HHH", content, directory + _CENTRAL_NAME_LENGTHS)
        start = directory + _CENTRAL_SIZE
        if content[start : start + lengths[0]] == name:
            return directory + _CENTRAL_CHECKSUM
        directory = start + sum(lengths)
    raise ValueError(f"{entry.filename} is missing from the central directory")
