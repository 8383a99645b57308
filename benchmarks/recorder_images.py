"""What an image costs in each format of a bag: `python -m benchmarks.recorder_images [BAG] [TOPIC]`.

Of a bag, every eighth image of the topic is taken; without one, the pictures of the recorder's talker are.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import zstandard

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.image_packing import pack
from diffpol_ros.replay.images import images_of, pixels_as_sent
from diffpol_ros.replay.mcap_file import COMPRESSION_LEVEL
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE

TOPIC, EVERY, MOST, ROUNDS = "/camera/front/image_raw", 8, 20, 3
FORMATS = {
    "raw": ImageFormat(),
    "png": ImageFormat("png"),
    **{f"jpeg {quality}": ImageFormat("jpeg", quality) for quality in (100, 95, 90, 80)},
}


def images(arguments: list[str]) -> list[bytes]:
    """Return images in CDR, as they were sent."""
    if not arguments:
        from rclpy.serialization import serialize_message

        from benchmarks.recorder_talker import images as pictures

        return [serialize_message(picture) for seed in (1, 2) for picture in pictures(seed)]
    topic = arguments[1] if len(arguments) > 1 else TOPIC
    found = islice(images_of(BagReader(Path(arguments[0])), topic), 0, EVERY * MOST, EVERY)
    return [record.data for record in found if record.type_name == IMAGE]


def taken_s(work: Callable[[], object]) -> float:
    """Return the processor time of this thread that `work` takes, the median of some rounds [s]."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return statistics.median(times)


def measure(name: str, packing: ImageFormat, sent: list[bytes]) -> None:
    """Print what packing, writing and reading takes, and the room in the bag."""
    chunks = zstandard.ZstdCompressor(COMPRESSION_LEVEL)
    stored = [pack(data, packing, name).data if packing.packs else data for data in sent]
    kind = COMPRESSED_IMAGE if packing.packs else IMAGE
    written = [chunks.compress(data) for data in stored]
    packed_s = taken_s(lambda: [pack(data, packing, name) for data in sent]) if packing.packs else 0.0
    written_s = taken_s(lambda: [chunks.compress(data) for data in stored])
    read_s = taken_s(lambda: [pixels_as_sent(Record("", kind, 0, 0, data)) for data in stored])
    share = sum(map(len, written)) / sum(map(len, sent))
    times = "".join(f"{1e3 * each / len(sent):>10.1f}" for each in (packed_s, written_s, read_s))
    print(f"{name:10}{times}{100 * share:>9.1f} %{sum(map(len, written)) / len(sent) / 1e3:>9.0f}")


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    sent = images(sys.argv[1:])
    print(f"{len(sent)} images of {len(sent[0])} bytes; times in ms of one core")
    print(f"{'':10}{'pack':>10}{'zstd':>10}{'read':>10}{'size':>11}{'kB':>9}")
    for name, packing in FORMATS.items():
        measure(name, packing, sent)


if __name__ == "__main__":
    main()
