"""The smallest changes that a replay must notice: one bit of a network, a tenth of a millimetre, a millisecond."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from diffpol_ros.core.journal.lines import CALL, HEAD, compact, link
from diffpol_ros.core.journal.values import Plain
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.pose_settings import PoseSettings
from diffpol_ros.replay.bag_reader import stamp_ns
from diffpol_ros.replay.schemas import typestore

SECOND_NS = 1_000_000_000


def count_weights(network: bytes) -> int:
    """Return how many float32 weights an ONNX network has."""
    return sum(numpy_helper.to_array(each).size for each in _weights(onnx.ModelProto.FromString(network)))


def with_bit_turned(network: bytes, place: int, bit: int) -> bytes:
    """Return an ONNX network whose weight number `place` has another `bit`: 0 least of 23 of mantissa, 31 the sign."""
    model = onnx.ModelProto.FromString(network)
    for tensor in _weights(model):
        values = numpy_helper.to_array(tensor).copy()
        if place < values.size:
            values.reshape(-1).view(np.uint32)[place] ^= np.uint32(1 << bit)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
            return model.SerializeToString()
        place -= values.size
    raise IndexError(f"the network has {place} weights too few")


def camera_moved(camera: CameraCalibration, along_x: float) -> CameraCalibration:
    """Return a camera that stands elsewhere by so much [m]."""
    x, y, z = camera.pose.position
    return replace(camera, pose=PoseSettings((x + along_x, y, z), camera.pose.quaternion), sha256="")


def later(message: Any, by_ns: int) -> Any:
    """Return a message whose header's stamp is another by so much [ns]."""
    seconds, rest = divmod(stamp_ns(message) + by_ns, SECOND_NS)
    stamp = typestore().types["builtin_interfaces/msg/Time"](seconds, rest)
    return replace(message, header=replace(message.header, stamp=stamp))


class Scribe:
    """Seals the lines of a journal anew, in their order, as somebody would who knows how it is done."""

    def __init__(self) -> None:
        """Have read nothing yet."""
        self._last: dict[str, tuple[int, str]] = {}

    def seal(self, text: str) -> str:
        """Return a message's lines with hashes that fit what they say, and the lines before them, now."""
        return "\n".join(map(self._line, text.splitlines()))

    def _line(self, line: str) -> str:
        kind, identity, rest = line.split(" ", 2)
        if kind == HEAD:
            self._last.setdefault(identity, (-1, link("", rest)))
            return line
        number, chain, body = rest.split(" ", 2)
        newest, before = self._last.get(identity, (-1, ""))
        if int(number) <= newest:
            return line
        # After a hole a reader goes by the hash that it finds.
        chain = link(before, body) if int(number) == newest + 1 else chain
        self._last[identity] = int(number), chain
        return f"{CALL} {identity} {number} {chain} {body}"


def rewritten(line: str, change: Callable[[list[Plain]], None]) -> str:
    """Return a line of a journal that says something else: `change` alters when, call, told, heard and outcome."""
    *front, body = line.split(" ", 4)
    said = json.loads(body)
    change(said)
    return " ".join((*front, compact(said)))


def _weights(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    return (each for each in model.graph.initializer if each.data_type == onnx.TensorProto.FLOAT)
