"""The images of a bag, found by camera and exposure, read once and in order: a long bag would not fit into memory."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.estimation.detection.images import checksum
from diffpol_ros.estimation.look import Frame
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.image_topics import image_topics
from diffpol_ros.replay.images import Pixels, is_lossy, pixels_as_sent
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE

KEPT, SET_BACK_NS = 16, to_ns(1.0)


class _Kept(NamedTuple):
    """An image of the bag; frame: None where only something like it is there, as after lossy compression."""

    stamp_ns: int
    frame: Frame | None


class Pictures:
    """Frames of one camera; they are asked for about in the order in which they were exposed."""

    def __init__(self, bag: BagReader, camera: str, namespace: str = "") -> None:
        """Read `camera`/image_raw below `namespace` of `bag`, compressed ones too."""
        self._camera = camera
        prefix = f"/{namespace.strip('/')}/" if namespace.strip("/") else "/"
        self._coming = self._images(bag, f"{prefix}camera/{camera}/image_raw")
        self._kept: deque[_Kept] = deque(maxlen=KEPT)
        self._next = next(self._coming, None)
        self._newest_ns = self._asked_ns = 0

    def find(self, exposed_ns: int, known: int) -> Frame | None:
        """Return the image exposed at `exposed_ns` with the checksum `known`, None where the bag has none such."""
        self._advance(exposed_ns)
        same = [frame for frame in self._frames() if frame.stamp_ns == exposed_ns]
        return next((frame for frame in same if checksum(frame.pixels) == known), None)

    def misdated(self, exposed_ns: int, known: int) -> int | None:
        """Return the stamp under which the bag has the image that was exposed at `exposed_ns`, if it is another."""
        near = [each for each in self._frames() if each.stamp_ns != exposed_ns and checksum(each.pixels) == known]
        return near[0].stamp_ns if near else None

    def altered(self, exposed_ns: int) -> bool:
        """Return whether the bag has another image of this stamp than was looked at, and does not say why."""
        return any(frame.stamp_ns == exposed_ns for frame in self._frames())

    def lossy(self, exposed_ns: int) -> bool:
        """Return whether the bag has the image of this stamp after lossy compression."""
        return any(kept.stamp_ns == exposed_ns and kept.frame is None for kept in self._kept)

    def _frames(self) -> list[Frame]:
        return [kept.frame for kept in self._kept if kept.frame is not None]

    def _advance(self, exposed_ns: int) -> None:
        """Read on until just past a stamp; images late by a few frames are among those kept.

        Where time was set back, as where a bag is played in a loop, the stamps asked for go back where the images' do.
        """
        awaited = self._asked_ns - exposed_ns > SET_BACK_NS
        self._asked_ns = exposed_ns
        while (image := self._next) is not None:
            set_back = self._newest_ns - image.stamp_ns > SET_BACK_NS
            past = self._newest_ns > exposed_ns or (set_back and self._newest_ns == exposed_ns)
            if awaited and set_back:
                awaited, self._newest_ns = False, 0
            elif past and not awaited:
                return
            self._kept.append(image)
            self._newest_ns = max(self._newest_ns, image.stamp_ns)
            self._next = next(self._coming, None)

    def _images(self, bag: BagReader, topic: str) -> Iterator[_Kept]:
        for record in bag.records(image_topics(topic)):
            exposed_ns, found = stamp_ns(record.message_of(IMAGE, COMPRESSED_IMAGE)), exact_pixels(record)
            if found is not None:
                yield _Kept(exposed_ns, Frame(self._camera, exposed_ns, *found))
            elif is_lossy(record):
                yield _Kept(exposed_ns, None)


def exact_pixels(record: Record) -> tuple[Pixels, str] | None:
    """Return the pixels (h, w[, 3]) and encoding of an image, as the node saw them; None where that is not known."""
    if is_lossy(record):
        return None
    try:
        pixels, encoding = pixels_as_sent(record)
    except ResourceError:
        return None
    return (pixels, encoding) if pixels.size else None
