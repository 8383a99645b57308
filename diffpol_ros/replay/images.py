"""The pixels of a recorded image, raw or compressed."""

from collections import deque
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.image_topics import image_topics
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import encode, typestore

Pixels = NDArray[np.uint8]
CHANNELS = {"mono8": 1, "8UC1": 1, "rgb8": 3, "bgr8": 3}
PNG_BEGINS = b"\x89PNG"
KEPT_STAMPS = 16


def images_of(bag: BagReader, topic: str) -> Iterator[Record]:
    """Yield the images of `topic`, as they were sent or compressed; of one that is there as both, the first."""
    seen: deque[int] = deque(maxlen=KEPT_STAMPS)
    for record in bag.records(image_topics(topic)):
        exposed_ns = stamp_ns(record.message_of(IMAGE, COMPRESSED_IMAGE))
        if exposed_ns not in seen:
            seen.append(exposed_ns)
            yield record


def pixels_of(record: Record) -> Pixels:
    """Return the image of a message as RGB, (height, width, 3)."""
    pixels, encoding = pixels_as_sent(record)
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, None], 3, axis=2)
    return pixels[:, :, ::-1] if encoding == "bgr8" else pixels


def pixels_as_sent(record: Record) -> tuple[Pixels, str]:
    """Return the pixels (height, width[, 3]) of a message and their encoding, before compression where it is."""
    message = record.message_of(IMAGE, COMPRESSED_IMAGE)
    read = _decompressed if record.type_name == COMPRESSED_IMAGE else rows_of
    return read(message, record.topic)


def is_lossy(record: Record) -> bool:
    """Return whether an image is compressed otherwise than by PNG, so that its pixels may be others than were sent."""
    return record.type_name == COMPRESSED_IMAGE and record.message.data[: len(PNG_BEGINS)].tobytes() != PNG_BEGINS


def image_as_sent(record: Record) -> bytes:
    """Return a compressed image as a sensor_msgs/Image in CDR."""
    pixels, encoding = pixels_as_sent(record)
    height, width = pixels.shape[:2]
    shape = {"height": height, "width": width, "step": width * CHANNELS[encoding]}
    about = {"header": record.message.header, "encoding": encoding, "is_bigendian": 0}
    return encode(typestore().types[IMAGE](**about, **shape, data=pixels.reshape(-1)), IMAGE)


def rows_of(message: Any, source: str) -> tuple[Pixels, str]:
    """Return the pixels (height, width[, 3]) of a sensor_msgs/Image and their encoding; `source` names it in errors."""
    channels = CHANNELS.get(message.encoding)
    data = np.asarray(message.data, dtype=np.uint8)
    if channels is None:
        known = ", ".join(sorted(CHANNELS))
        raise ResourceError(f"{source}: image encoding is {message.encoding!r}, expected one of {known}")
    if message.step < message.width * channels or data.size != message.step * message.height:
        size = f"{message.width}x{message.height} {message.encoding}"
        raise ResourceError(f"{source}: an image of {size} has {data.size} bytes and step {message.step}")
    rows = data.reshape(message.height, message.step)[:, : message.width * channels]
    return rows if channels == 1 else rows.reshape(message.height, message.width, channels), message.encoding


def _decompressed(message: Any, source: str) -> tuple[Pixels, str]:
    encoding = message.format.partition(";")[0].strip()
    # Where a driver does not say what was compressed, image_transport takes it for bgr8, too.
    encoding = encoding if encoding in CHANNELS else "bgr8"
    flag = cv2.IMREAD_COLOR if CHANNELS[encoding] == 3 else cv2.IMREAD_GRAYSCALE
    try:
        found = cv2.imdecode(message.data, flag)
    except cv2.error:
        found = None
    if found is None:
        raise ResourceError(f"{source}: an image is compressed as {message.format!r}, not as JPEG or PNG")
    pixels = cv2.cvtColor(found, cv2.COLOR_BGR2RGB) if encoding == "rgb8" else found
    return np.asarray(pixels, dtype=np.uint8), encoding
