"""Statistics of a column as LeRobot keeps them: of each episode and of all frames."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.frames import Frames

QUANTILES = (0.01, 0.1, 0.5, 0.9, 0.99)
MOST_IMAGES = 100
"""Looked at, evenly spread."""
MOST_PIXELS = 150
"""Along an edge; larger images are thinned out."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of `count` frames: (n,) each, or (3, 1, 1) of an image's channels from 0 to 1; quantiles (5, ...)."""

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    count: int

    def plain(self) -> dict[str, Any]:
        """Return lists under LeRobot's names."""
        quantiles = {f"q{round(100 * q):02d}": row.tolist() for q, row in zip(QUANTILES, self.quantiles, strict=True)}
        return {
            "min": self.minimum.tolist(),
            "max": self.maximum.tolist(),
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "count": [self.count],
            **quantiles,
        }


def of_numbers(values: NDArray[Any]) -> Statistics:
    """Return the statistics of (T,) or (T, n)."""
    rows = values.reshape(len(values), -1).astype(np.float64)
    return _of_rows(rows, len(rows), (rows.shape[1],))


def of_images(images: Frames, first: int, end: int) -> Statistics:
    """Return the statistics of the images of frames `first` up to `end`."""
    chosen = np.unique(np.linspace(first, end - 1, min(end - first, MOST_IMAGES)).round().astype(np.int64))
    stride = max(1, max(images.shape[1:3]) // MOST_PIXELS)
    pixels = np.concatenate([images[chosen[index : index + 1]][0, ::stride, ::stride] for index in range(len(chosen))])
    return _of_rows(pixels.reshape(-1, 3) / 255.0, len(chosen), (3, 1, 1))


def _of_rows(rows: NDArray[np.float64], count: int, shape: tuple[int, ...]) -> Statistics:
    return Statistics(
        rows.min(axis=0).reshape(shape),
        rows.max(axis=0).reshape(shape),
        rows.mean(axis=0).reshape(shape),
        rows.std(axis=0).reshape(shape),
        np.quantile(rows, QUANTILES, axis=0).reshape(-1, *shape),
        count,
    )
