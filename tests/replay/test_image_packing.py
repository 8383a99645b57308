"""A packed image is the one that was sent, to the bit as PNG, nearly as JPEG; what cannot be packed is left alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.image_packing import pack
from diffpol_ros.replay.images import CHANNELS, Pixels, image_as_sent, is_lossy, pixels_as_sent
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import decode, encode
from tests.replay.synthetic import header, make

TOPIC, STAMP_NS = "/camera/front/image_raw", 1_700_000_000_123_456_789
PNG, JPEG = ImageFormat("png"), ImageFormat("jpeg")
SMOOTH = np.stack(np.meshgrid(np.arange(96), np.arange(64)), axis=-1).sum(axis=-1, dtype=np.uint8)


def image(pixels: Pixels, encoding: str, padding: int = 0) -> bytes:
    """Return pixels (h, w[, 3]) as a message whose rows end in `padding` bytes that belong to no pixel."""
    height, width = pixels.shape[:2]
    step = width * (1 if pixels.ndim == 2 else 3) + padding
    rows = np.full((height, step), 77, np.uint8)
    rows[:, : step - padding] = pixels.reshape(height, step - padding)
    shape = {"height": height, "width": width, "encoding": encoding, "is_bigendian": 0, "step": step}
    return encode(make(IMAGE, header=header(STAMP_NS, "optical"), data=rows.reshape(-1), **shape), IMAGE)


def record(data: bytes) -> Record:
    return Record(f"{TOPIC}/compressed", COMPRESSED_IMAGE, 0, 0, data)


@given(
    encoding=some.sampled_from(sorted(CHANNELS)),
    height=some.integers(1, 40),
    width=some.integers(1, 40),
    padding=some.integers(0, 5),
    seed=some.integers(0, 1000),
)
def test_what_is_packed_as_png_comes_out_to_the_bit(
    encoding: str, height: int, width: int, padding: int, seed: int
) -> None:
    shape = (height, width) if CHANNELS[encoding] == 1 else (height, width, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    packed = pack(image(pixels, encoding, padding), PNG, TOPIC)
    found, told = pixels_as_sent(record(packed.data))
    assert not packed.refusal and not is_lossy(record(packed.data))
    assert told == encoding and found.shape == pixels.shape and (found == pixels).all()
    assert image_as_sent(record(packed.data)) == image(pixels, encoding)


@pytest.mark.parametrize(
    ("packing", "encoding", "told"),
    [
        (PNG, "rgb8", "rgb8; png compressed bgr8"),
        (JPEG, "bgr8", "bgr8; jpeg compressed bgr8"),
        (PNG, "mono8", "mono8; png compressed "),
        (JPEG, "mono8", "mono8; jpeg compressed mono8"),
    ],
)
def test_the_message_is_as_image_transport_writes_it(packing: ImageFormat, encoding: str, told: str) -> None:
    pixels = SMOOTH if encoding == "mono8" else np.repeat(SMOOTH[:, :, None], 3, axis=2)
    message = decode(pack(image(pixels, encoding), packing, TOPIC).data, COMPRESSED_IMAGE)
    assert message.format == told
    assert message.header == header(STAMP_NS, "optical")


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "mono8"])
def test_jpeg_is_near_and_said_to_be_lossy(encoding: str) -> None:
    pixels = SMOOTH if encoding == "mono8" else np.stack([SMOOTH, SMOOTH // 2, 255 - SMOOTH], axis=-1)
    packed = record(pack(image(pixels, encoding), JPEG, TOPIC).data)
    found, told = pixels_as_sent(packed)
    assert is_lossy(packed) and told == encoding
    assert np.abs(found.astype(int) - pixels).mean() < 3.0


def test_a_higher_quality_is_larger_and_nearer() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96), np.uint8)
    packed = [pack(image(pixels, "mono8"), replace(JPEG, jpeg_quality=each), TOPIC).data for each in (1, 50, 95, 100)]
    errors = [np.abs(pixels_as_sent(record(data))[0].astype(int) - pixels).mean() for data in packed]
    assert sorted(packed, key=len) == packed
    assert sorted(errors, reverse=True) == errors and errors[-1] < 1.0


@pytest.mark.parametrize(
    ("data", "packing", "why"),
    [
        (image(SMOOTH, "16UC1"), PNG, "image encoding is '16UC1', expected one of 8UC1, bgr8, mono8, rgb8"),
        (image(SMOOTH[:0], "mono8"), PNG, "OpenCV cannot pack its images as png"),
        (image(SMOOTH[:0, :, None].repeat(3, axis=2), "rgb8"), PNG, "OpenCV cannot pack its images as png"),
        (image(np.zeros((1, 70_000), np.uint8), "mono8"), JPEG, "images of 70000x1 are too large for jpeg"),
        (image(SMOOTH, "rgb8"), PNG, "an image of 96x64 rgb8 has 6144 bytes and step 96"),
        (image(SMOOTH, "mono8")[:-9], PNG, "is no sensor_msgs/msg/Image"),
    ],
)
def test_what_cannot_be_packed_comes_back_with_the_reason(data: bytes, packing: ImageFormat, why: str) -> None:
    packed = pack(data, packing, TOPIC)
    assert packed.data == data
    assert why in packed.refusal
