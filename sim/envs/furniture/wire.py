"""What passes between the simulator's process and this one: plain numbers over a pair of sockets, never pickles.

A message is a letter, the length of what follows, and that. Like all that runs beside Isaac Gym, this file is also read
by Python 3.8.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

HEADER = struct.Struct("<cQ")
HELLO = struct.Struct("<QQd")
SEED = struct.Struct("<Q")
GREET, RESET, STEP, RESULT, FAILURE = b"H", b"R", b"S", b"A", b"E"


class WireError(Exception):
    """The other side is gone, or says that it failed."""


@dataclass(frozen=True)
class Hello:
    """What the simulator's process says of itself first: worlds, numbers of a frame, steps a simulated second."""

    count: int
    frame_size: int
    rate_hz: float

    def pack(self) -> bytes:
        """Return it as bytes."""
        return HELLO.pack(self.count, self.frame_size, self.rate_hz)

    @classmethod
    def unpack(cls, body: bytes) -> Hello:
        """Read it from bytes."""
        return cls(*HELLO.unpack(body))


def send(connection: socket.socket, kind: bytes, body: bytes) -> None:
    """Send one message."""
    connection.sendall(HEADER.pack(kind, len(body)) + body)


def receive(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """Return the next message's letter and body; none where the other side has closed."""
    header = _exactly(connection, HEADER.size)
    if header is None:
        return None
    kind, length = HEADER.unpack(header)
    body = _exactly(connection, length)
    if body is None:
        raise WireError("closed in the middle of a message")
    if kind == FAILURE:
        raise WireError(body.decode())
    return kind, body


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts, missing = [], length
    while missing:
        part = connection.recv(missing)
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
