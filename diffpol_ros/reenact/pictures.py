"""The images of a bag, found by camera and exposure, read once and in order: a long bag would not fit into memory."""

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.detection.images import CHANNELS, checksum
from diffpol_ros.estimation.look import Frame
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.message_types import IMAGE

KEPT, SET_BACK_NS = 16, to_ns(1.0)


class Pictures:
    """Frames of one camera; they are asked for about in the order in which they were exposed."""

    def __init__(self, bag: BagReader, camera: str, namespace: str = "") -> None:
        """Read `camera`/image_raw below `namespace` of `bag`."""
        self._camera = camera
        prefix = f"/{namespace.strip('/')}/" if namespace.strip("/") else "/"
        self._coming = self._frames(bag, f"{prefix}camera/{camera}/image_raw")
        self._kept: deque[Frame] = deque(maxlen=KEPT)
        self._next = next(self._coming, None)
        self._newest_ns = self._asked_ns = 0

    def find(self, exposed_ns: int, known: int) -> Frame | None:
        """Return the image exposed at `exposed_ns` with the checksum `known`, None where the bag has none such."""
        self._advance(exposed_ns)
        same = [frame for frame in self._kept if frame.stamp_ns == exposed_ns]
        return next((frame for frame in same if checksum(frame.pixels) == known), None)

    def misdated(self, exposed_ns: int, known: int) -> int | None:
        """Return the stamp under which the bag has the image that was exposed at `exposed_ns`, if it is another."""
        near = [frame for frame in self._kept if frame.stamp_ns != exposed_ns and checksum(frame.pixels) == known]
        return near[0].stamp_ns if near else None

    def altered(self, exposed_ns: int) -> bool:
        """Return whether the bag has another image of this stamp than was looked at, as after lossy compression."""
        return any(frame.stamp_ns == exposed_ns for frame in self._kept)

    def _advance(self, exposed_ns: int) -> None:
        """Read on until just past a stamp; images late by a few frames are among those kept.

        Where time was set back, as where a bag is played in a loop, the stamps asked for go back where the images' do.
        """
        awaited = self._asked_ns - exposed_ns > SET_BACK_NS
        self._asked_ns = exposed_ns
        while (frame := self._next) is not None:
            set_back = self._newest_ns - frame.stamp_ns > SET_BACK_NS
            past = self._newest_ns > exposed_ns or (set_back and self._newest_ns == exposed_ns)
            if awaited and set_back:
                awaited, self._newest_ns = False, 0
            elif past and not awaited:
                return
            self._kept.append(frame)
            self._newest_ns = max(self._newest_ns, frame.stamp_ns)
            self._next = next(self._coming, None)

    def _frames(self, bag: BagReader, topic: str) -> Iterator[Frame]:
        for record in bag.records([topic]):
            message = record.message_of(IMAGE)
            pixels = pixels_of(message)
            if pixels is not None:
                yield Frame(self._camera, stamp_ns(message), pixels, message.encoding)


def pixels_of(message: Any) -> NDArray[np.uint8] | None:
    """Return the pixels (h, w[, 3]) of a sensor_msgs/Image, as the node sees them; None where they are no image."""
    channels = CHANNELS.get(message.encoding)
    if channels is None or message.data.size != message.step * message.height or not message.data.size:
        return None
    rows = message.data.reshape(message.height, message.step)[:, : message.width * channels]
    return rows if channels == 1 else rows.reshape(message.height, message.width, channels)
