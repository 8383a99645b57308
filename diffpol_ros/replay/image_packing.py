"""Packs images for a bag as image_transport's compressed plugin does."""

from dataclasses import dataclass

import cv2
import numpy as np

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.replay.images import Pixels, rows_of
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import decode, encode, typestore


@dataclass(frozen=True)
class Packed:
    """A message in CDR: a CompressedImage, or the image as it was sent where `refusal` says why it cannot be one."""

    data: bytes
    refusal: str = ""


def pack(data: bytes, packing: ImageFormat, source: str) -> Packed:
    """Return a sensor_msgs/Image in CDR packed, or as it is where that cannot be; `source` names it in the refusal."""
    try:
        return Packed(_packed(data, packing, source))
    except (ResourceError, ValueError) as error:
        return Packed(data, str(error))
    except cv2.error as error:
        return Packed(data, f"{source}: OpenCV cannot pack its images as {packing.kind}: {error.err}")


def _packed(data: bytes, packing: ImageFormat, source: str) -> bytes:
    message = decode(data, IMAGE)
    pixels, encoding = rows_of(message, source)
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if encoding == "rgb8" else np.ascontiguousarray(pixels)
    # PNG without a level: OpenCV's own choice takes two thirds of the time of level 1, and less room.
    quality = [cv2.IMWRITE_JPEG_QUALITY, packing.jpeg_quality] if packing.kind == "jpeg" else []
    done, packed = cv2.imencode(f".{packing.kind}", stored, quality)
    if not done:
        raise ResourceError(f"{source}: images of {message.width}x{message.height} are too large for {packing.kind}")
    told = f"{encoding}; {packing.kind} compressed {_target(pixels, packing)}"
    compressed = typestore().types[COMPRESSED_IMAGE](header=message.header, format=told, data=packed)
    return encode(compressed, COMPRESSED_IMAGE)


def _target(pixels: Pixels, packing: ImageFormat) -> str:
    if pixels.ndim == 3:
        return "bgr8"
    return "mono8" if packing.kind == "jpeg" else ""
