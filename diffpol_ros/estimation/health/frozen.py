"""A camera that hangs: it sends its last picture again and again, under new stamps."""

import numpy as np

from diffpol_ros.estimation.detection.images import GreyImage, checksum


class FrozenWatch:
    """Counts equal pictures in a row; of a thing at rest, too, no two pictures of a sensor are equal: it has noise."""

    def __init__(self, frames: int) -> None:
        """Call it frozen from the `frames`-th equal picture on; 0: never."""
        self._frames = frames
        self._last: GreyImage | None = None
        self._checksum = 0
        self._in_a_row = 0

    def frozen(self, image: GreyImage) -> bool:
        """Return whether `image` (height, width) is one too many of the same; remembers it without a copy."""
        if self._frames == 0:
            return False
        sampled = checksum(image)
        last, same = self._last, sampled == self._checksum
        equal = last is not None and same and np.array_equal(image, last)
        self._in_a_row = self._in_a_row + 1 if equal else 1
        self._last, self._checksum = image, sampled
        return self._in_a_row >= self._frames
