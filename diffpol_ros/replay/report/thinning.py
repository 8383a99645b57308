"""Long curves with fewer points that look the same: the page of an hour would not open otherwise."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diffpol_ros.replay.report.panel import Curve

MOST = 20_000
"""So many points of a curve are drawn, however long the run was: seven for each pixel of a wide screen."""


def thinned(curve: Curve, most: int = MOST) -> Curve:
    """Return the curve with about `most` points at most: of neighbours stay the least, the greatest and a gap.

    So no peak is lost, and nothing is joined that was apart. Of a band its own edges' extremes stay too.
    """
    values = np.asarray(curve.values, np.float64)
    if len(values) <= most:
        return curve
    bands = [np.asarray(each, np.float64) for each in (curve.low, curve.high) if each is not None]
    shown = [values, *bands]
    parts = np.array_split(np.arange(len(values)), max(1, most // (2 * len(shown) + 1)))
    kept = np.array(sorted({index for part in parts for index in _telling(part, shown)}))
    return replace(
        curve,
        times=np.asarray(curve.times)[kept],
        values=values[kept],
        low=_at(curve.low, kept),
        high=_at(curve.high, kept),
    )


def _telling(part: NDArray[np.intp], shown: list[NDArray[np.float64]]) -> list[int]:
    """Return the numbers of `part` at which any of `shown` is least, greatest or not there."""
    found: list[int] = []
    for values in shown:
        here = values[part]
        gaps = np.isnan(here)
        if gaps.any():
            found.append(int(part[np.argmax(gaps)]))
        if not gaps.all():
            found += [int(part[np.nanargmin(here)]), int(part[np.nanargmax(here)])]
    return found


def _at(values: ArrayLike | None, kept: NDArray[np.intp]) -> NDArray[np.float64] | None:
    return None if values is None else np.asarray(values, np.float64)[kept]
