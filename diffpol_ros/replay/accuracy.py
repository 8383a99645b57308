"""How far the estimates were from the truth, at the instants of their exposures."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import rotation_between, slerp
from diffpol_ros.core.types import Array
from diffpol_ros.replay.distribution import Distribution, distribution
from diffpol_ros.replay.series import PoseSeries

LARGEST_GAP_NS = 200_000_000
LARGEST_SPEED = 1.0
"""[m/s] Between two episodes the block is set elsewhere at once: what is interpolated across that jump says nothing."""


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of each estimate that has a truth beside it: stamps_ns (n,), position [m] (n,), rotation [rad] (n,)."""

    stamps_ns: Array
    position: Array
    rotation: Array

    @property
    def position_mm(self) -> Distribution:
        """Position errors in [mm]."""
        return distribution(1e3 * self.position)

    @property
    def rotation_deg(self) -> Distribution:
        """Rotation errors in [deg]."""
        return distribution(np.degrees(self.rotation))


def errors(estimates: PoseSeries, truth: PoseSeries) -> Errors:
    """Compare each estimate with the truth interpolated at its stamp."""
    rows = []
    later = np.searchsorted(truth.stamps_ns, estimates.stamps_ns, side="left")
    for index, after in enumerate(later.tolist()):
        if 0 < after < len(truth) and _is_smooth(truth, after):
            rows.append((estimates.stamps_ns[index], *_error(estimates, index, truth, after)))
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Errors(table[:, 0], table[:, 1], table[:, 2])


def _is_smooth(truth: PoseSeries, after: int) -> bool:
    gap_ns = truth.stamps_ns[after] - truth.stamps_ns[after - 1]
    step = np.linalg.norm(truth.positions[after] - truth.positions[after - 1])
    return bool(0 < gap_ns <= LARGEST_GAP_NS and step < LARGEST_SPEED * 1e-9 * gap_ns)


def _error(estimates: PoseSeries, index: int, truth: PoseSeries, after: int) -> tuple[float, float]:
    start, end = truth.stamps_ns[after - 1], truth.stamps_ns[after]
    fraction = float(estimates.stamps_ns[index] - start) / float(end - start)
    position = (1.0 - fraction) * truth.positions[after - 1] + fraction * truth.positions[after]
    rotation = slerp(truth.quaternions[after - 1], truth.quaternions[after], fraction)
    distance = float(np.linalg.norm(estimates.positions[index] - position))
    return distance, float(np.linalg.norm(rotation_between(rotation, estimates.quaternions[index])))
