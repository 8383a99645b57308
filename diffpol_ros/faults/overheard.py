"""The targets that pass over a line to a Polymetis server, read from its bytes: nobody is asked what was sent.

gRPC speaks HTTP/2: frames with a header of 9 bytes, and in the data frames of a stream messages with one of 5 bytes.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.messages import ControllerChunk
from diffpol_ros.robots.polymetis.stored_controllers import SECONDS_WRAP, UPDATE_LAW
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, ArchiveError, TorchScriptArchive

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME, MESSAGE = struct.Struct(">BHBBI"), struct.Struct(">BI")
DATA, RESET_STREAM, END_STREAM = 0, 3, 1
STREAM_BITS = 0x7FFF_FFFF


@dataclass(frozen=True, eq=False)
class Update:
    """A target in an UpdateController call: joint positions (7,) [rad].

    decided: in the wrapped seconds of `split_stamp`; nan where it does not say.
    """

    positions: Array
    decided: float

    def age(self, now: float) -> float:
        """Return how old it is at the time `now` [s] of the robot's clock; infinite where it does not say."""
        if math.isnan(self.decided):
            return math.inf
        half = SECONDS_WRAP / 2
        return (now - self.decided + half) % SECONDS_WRAP - half


class Overheard:
    """What a client says on one connection; `on_request` gets the messages of each call once all were sent."""

    def __init__(self, on_request: Callable[[bytes], None]) -> None:
        """Listen from the connection's first byte on."""
        self._on_request = on_request
        self._bytes, self._greeted = bytearray(), False
        self._calls: dict[int, bytearray] = {}

    def __call__(self, data: bytes) -> None:
        """Take the next bytes."""
        self._bytes += data
        if not self._greeted and len(self._bytes) >= len(PREFACE):
            del self._bytes[: len(PREFACE)]
            self._greeted = True
        while self._greeted and len(self._bytes) >= FRAME.size:
            high, low, kind, flags, stream = FRAME.unpack_from(self._bytes)
            end = FRAME.size + (high << 16 | low)
            if len(self._bytes) < end:
                return
            self._frame(kind, flags, stream & STREAM_BITS, bytes(self._bytes[FRAME.size : end]))
            del self._bytes[:end]

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == RESET_STREAM:
            self._calls.pop(stream, None)
        elif kind == DATA:
            self._calls.setdefault(stream, bytearray()).extend(payload)
            if flags & END_STREAM:
                self._on_request(bytes(self._calls.pop(stream)))


def read_update(request: bytes) -> Update | None:
    """Return the target in the messages of a call, or None where it is another call."""
    if len(request) <= MESSAGE.size:
        return None
    try:
        archive = TorchScriptArchive(_content(request), "an update")
    except ArchiveError:
        return None
    if archive.law != UPDATE_LAW:
        return None
    seconds, rest = archive.read("decided_at") if "decided_at" in archive.tensors else np.array([-1.0, 0.0])
    return Update(archive.read(JOINT_TARGET), float(seconds + rest) if seconds >= 0.0 else math.nan)


def _content(request: bytes) -> bytes:
    """Return what the chunks of a call hold together."""
    content, begin = bytearray(), 0
    while begin + MESSAGE.size <= len(request):
        _, size = MESSAGE.unpack_from(request, begin)
        begin += MESSAGE.size
        content += ControllerChunk.FromString(request[begin : begin + size]).torchscript_binary_chunk
        begin += size
    return bytes(content)
