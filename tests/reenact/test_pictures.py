"""The images of a bag are found in the order they are asked for, also where that order begins anew."""

from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.estimation.detection.images import checksum
from diffpol_ros.reenact.pictures import KEPT, Pictures
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests.replay.bags import write_packed
from tests.replay.synthetic import MS, START_NS, header, make

IMAGE = "sensor_msgs/msg/Image"
COUNT, PERIOD_NS = 3 * KEPT, 66 * MS
ROUND = [START_NS + index * PERIOD_NS for index in range(COUNT)]


def pixels(number: int) -> np.ndarray:
    return np.full((4, 6), number % 251, np.uint8)


def pictures(folder: Path, stamps_ns: list[int]) -> Pictures:
    """Return the pictures of a bag with an image of each stamp, number after number."""
    with BagWriter(folder) as writer:
        topic = writer.add_topic("/camera/front/image_raw", IMAGE)
        for number, exposed_ns in enumerate(stamps_ns):
            shape = {"height": 4, "width": 6, "encoding": "mono8", "is_bigendian": 0, "step": 6}
            message = make(IMAGE, header=header(exposed_ns), data=pixels(number).reshape(-1), **shape)
            writer.write(topic, START_NS + number * MS, START_NS + number * MS, encode(message, IMAGE))
    return Pictures(BagReader(folder), "front")


def test_of_a_lossy_image_it_is_known_that_it_is_there(tmp_path: Path) -> None:
    pictures(tmp_path / "bag", ROUND)
    packed = write_packed(tmp_path / "packed", BagReader(tmp_path / "bag"), ImageFormat("jpeg"))
    found = Pictures(BagReader(packed), "front")
    assert found.find(ROUND[3], checksum(pixels(3))) is None
    assert found.lossy(ROUND[3]) and not found.altered(ROUND[3])
    assert not found.lossy(ROUND[3] + 1)
    assert found.misdated(ROUND[3] + 1, checksum(pixels(3))) is None


def test_images_packed_without_loss_are_found(tmp_path: Path) -> None:
    pictures(tmp_path / "bag", ROUND)
    packed = write_packed(tmp_path / "packed", BagReader(tmp_path / "bag"), ImageFormat("png"))
    found = Pictures(BagReader(packed), "front")
    assert lost(found, ROUND) == []
    assert not found.lossy(ROUND[-1]) and found.altered(ROUND[-1])


def lost(found: Pictures, stamps_ns: list[int]) -> list[int]:
    """Return which numbers are not found when all are asked for in their order."""
    asked = enumerate(stamps_ns)
    return [number for number, exposed in asked if found.find(exposed, checksum(pixels(number))) is None]


@pytest.mark.parametrize(
    "stamps_ns",
    [ROUND, ROUND + ROUND, ROUND + ROUND[COUNT // 3 :] + ROUND, ROUND[: COUNT // 2] + ROUND],
    ids=["once", "looped", "sought", "broken off"],
)
def test_every_image_is_found_where_time_goes_back_too(tmp_path: Path, stamps_ns: list[int]) -> None:
    assert lost(pictures(tmp_path / "bag", stamps_ns), stamps_ns) == []


def test_an_image_late_by_a_few_is_found(tmp_path: Path) -> None:
    stamps_ns = list(ROUND)
    stamps_ns[5], stamps_ns[8] = stamps_ns[8], stamps_ns[5]
    assert lost(pictures(tmp_path / "bag", stamps_ns), stamps_ns) == []


def test_images_of_another_time_that_nobody_asks_for_are_passed_over(tmp_path: Path) -> None:
    strange = [stamp_ns - 60_000 * MS for stamp_ns in ROUND[:4]]
    stamps_ns = ROUND[:20] + strange + ROUND[20:]
    found = pictures(tmp_path / "bag", stamps_ns)
    numbers = [*range(20), *range(24, len(stamps_ns))]
    assert all(found.find(stamps_ns[number], checksum(pixels(number))) is not None for number in numbers)
