"""Answers to what FurnitureWorlds asks of the simulator's process. This file is read by Python 3.8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from sim.envs.furniture import wire

if TYPE_CHECKING:
    import socket

    from torch import Tensor

    from sim.envs.furniture.tables import Tables


def serve(connection: socket.socket, tables: Tables) -> None:
    """Answer until the other side closes."""
    wire.send(connection, wire.GREET, wire.Hello(tables.count, tables.frame_size, tables.rate_hz).pack())
    while True:
        message = wire.receive(connection)
        if message is None:
            return
        kind, body = message
        answer = _reset(tables, body) if kind == wire.RESET else _step(tables, body)
        wire.send(connection, wire.RESULT, answer)


def _reset(tables: Tables, body: bytes) -> bytes:
    (seed,) = wire.SEED.unpack(body[: wire.SEED.size])
    return _bytes(tables.reset(_tensor(tables, body[wire.SEED.size :], "bool"), seed))


def _step(tables: Tables, body: bytes) -> bytes:
    active = _tensor(tables, body[: tables.count], "bool")
    actions = _tensor(tables, body[tables.count :], "float32").reshape(tables.count, -1)
    results = tables.step(actions, active)
    return b"".join(map(_bytes, (results.frames, results.rewards, results.terminated, results.succeeded)))


def _tensor(tables: Tables, body: bytes, kind: str) -> Tensor:
    return torch.from_numpy(np.frombuffer(body, kind).copy()).to(tables.device)


def _bytes(tensor: Tensor) -> bytes:
    return tensor.cpu().numpy().tobytes()
