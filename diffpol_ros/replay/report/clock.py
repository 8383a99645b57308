"""The axis of time that all rows of a page share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Clock:
    """Turns stamps [ns] into seconds since the page begins."""

    def __init__(self, start_ns: int) -> None:
        """Begin at `start_ns`."""
        self._start_ns = start_ns

    def __call__(self, stamps_ns: Any) -> NDArray[np.float64]:
        """Return seconds, for one stamp or for many."""
        return (np.asarray(stamps_ns, dtype=np.int64) - self._start_ns).astype(np.float64) * 1e-9
