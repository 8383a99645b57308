"""Images come out of a bag as RGB, however they went in."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.images import Pixels, images_of, is_lossy, pixels_as_sent, pixels_of
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import encode
from tests.replay.synthetic import header, make

COLOURS = np.random.default_rng(0).integers(0, 255, (4, 6, 3), np.uint8)


def raw(data: Pixels, encoding: str, step: int, width: int = 6) -> Record:
    shape = {"height": 4, "width": width, "encoding": encoding, "is_bigendian": 0, "step": step}
    message = make(IMAGE, header=header(1), data=data.reshape(-1), **shape)
    return Record("/camera/front/image_raw", IMAGE, 0, 0, encode(message, IMAGE))


def compressed(data: bytes, told: str = "png") -> Record:
    message = make(COMPRESSED_IMAGE, header=header(1), format=told, data=np.frombuffer(data, np.uint8))
    return Record("/camera/front/image_raw/compressed", COMPRESSED_IMAGE, 0, 0, encode(message, COMPRESSED_IMAGE))


def test_every_encoding_gives_rgb() -> None:
    assert (pixels_of(raw(COLOURS, "rgb8", 18)) == COLOURS).all()
    assert (pixels_of(raw(COLOURS[:, :, ::-1].copy(), "bgr8", 18)) == COLOURS).all()
    grey = COLOURS[:, :, 0].copy()
    assert (pixels_of(raw(grey, "mono8", 6)) == grey[:, :, None]).all()


def test_rows_may_be_padded() -> None:
    padded = np.concatenate([COLOURS.reshape(4, 18), np.zeros((4, 2), np.uint8)], axis=1)
    assert (pixels_of(raw(padded, "rgb8", 20)) == COLOURS).all()


def test_compressed_without_loss_is_the_same_image() -> None:
    _, data = cv2.imencode(".png", COLOURS[:, :, ::-1])
    assert (pixels_of(compressed(data.tobytes())) == COLOURS).all()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (raw(COLOURS, "16UC1", 18), "encoding is '16UC1', expected one of 8UC1, bgr8, mono8, rgb8"),
        (raw(COLOURS, "rgb8", 18, width=7), "an image of 7x4 rgb8 has 72 bytes and step 18"),
        (compressed(b"nothing"), "compressed as 'png', not as JPEG or PNG"),
        (compressed(b""), "compressed as 'png', not as JPEG or PNG"),
    ],
)
def test_what_is_no_image_is_told(record: Record, words: str) -> None:
    with pytest.raises(ResourceError, match=words):
        pixels_of(record)


@pytest.mark.parametrize(("told", "flipped"), [("png", True), ("rgb8; png compressed bgr8", False)])
def test_where_a_driver_says_no_encoding_it_is_bgr8(told: str, flipped: bool) -> None:
    _, data = cv2.imencode(".png", COLOURS[:, :, ::-1])
    pixels, encoding = pixels_as_sent(compressed(data.tobytes(), told))
    assert encoding == ("bgr8" if flipped else "rgb8")
    assert (pixels == (COLOURS[:, :, ::-1] if flipped else COLOURS)).all()


def test_only_png_is_without_loss() -> None:
    assert not is_lossy(raw(COLOURS, "rgb8", 18))
    for suffix, lossy in ((".png", False), (".jpg", True), (".webp", True)):
        assert is_lossy(compressed(cv2.imencode(suffix, COLOURS)[1].tobytes())) is lossy


def test_an_image_that_is_there_twice_comes_once(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        topics = [
            writer.add_topic(f"/a{suffix}", kind) for suffix, kind in (("", IMAGE), ("/compressed", COMPRESSED_IMAGE))
        ]
        for topic, data in zip(topics, (raw(COLOURS, "rgb8", 18).data, compressed(b"").data), strict=True):
            writer.write(topic, 1, 1, data)
    (found,) = images_of(BagReader(tmp_path / "bag"), "/a")
    assert found.type_name == IMAGE
