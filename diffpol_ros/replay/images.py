"""The pixels of a recorded image, raw or compressed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE

Pixels = NDArray[np.uint8]
CHANNELS = {"mono8": 1, "8UC1": 1, "rgb8": 3, "bgr8": 3}
SUFFIXES = ("/image_raw", "/image_raw/compressed")


def camera_of(topic: str) -> str:
    """Return which camera's images a topic holds, as in camera/<name>/image_raw; empty for any other topic."""
    suffix = next((each for each in SUFFIXES if topic.endswith(each)), "")
    return topic.removesuffix(suffix).rpartition("/")[2] if suffix else ""


def pixels_of(record: Record) -> Pixels:
    """Return the image of a message as RGB, (height, width, 3)."""
    if record.type_name == COMPRESSED_IMAGE:
        found = cv2.imdecode(np.asarray(record.message.data, dtype=np.uint8), cv2.IMREAD_COLOR)
        if found is None:
            raise ResourceError(
                f"{record.topic}: an image is compressed as {record.message.format!r}, not as JPEG or PNG"
            )
        return np.asarray(found[:, :, ::-1], dtype=np.uint8)
    return _raw(record)


def _raw(record: Record) -> Pixels:
    message = record.message_of(IMAGE)
    channels = CHANNELS.get(message.encoding)
    data = np.asarray(message.data, dtype=np.uint8)
    if channels is None:
        known = ", ".join(sorted(CHANNELS))
        raise ResourceError(f"{record.topic}: image encoding is {message.encoding!r}, expected one of {known}")
    if message.step < message.width * channels or data.size != message.step * message.height:
        size = f"{message.width}x{message.height} {message.encoding}"
        raise ResourceError(f"{record.topic}: an image of {size} has {data.size} bytes and step {message.step}")
    rows = data.reshape(message.height, message.step)[:, : message.width * channels]
    pixels = rows.reshape(message.height, message.width, channels)
    if channels == 1:
        return np.repeat(pixels, 3, axis=2)
    return pixels[:, :, ::-1] if message.encoding == "bgr8" else pixels
