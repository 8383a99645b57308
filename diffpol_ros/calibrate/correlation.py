"""Where two records of one motion match: how far the hand turned between images, against what the images show."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.core.types import Array, Pose

STEP = 0.005
FEWEST = 20
NEIGHBOURHOOD = 0.05


@dataclass(frozen=True, eq=False)
class Agreement:
    """offsets: (k,) tried [s]. turning, moving: (k,) correlation of turned angles and travelled ways, 0 if unknown."""

    offsets: Array
    turning: Array
    moving: Array

    @property
    def best(self) -> Array:
        """Return the correlation (k,) of whichever kind of motion matches better."""
        return self.turning if self.turning.max() >= self.moving.max() else self.moving

    def peaks(self, below: float) -> list[float]:
        """Return the offsets [s] of all peaks at most `below` under the highest, that one first."""
        values, reach = self.best, round(NEIGHBOURHOOD / STEP)
        padded = np.pad(values, reach, constant_values=-1.0)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
        summits = np.flatnonzero((values == windows.max(axis=1)) & (values >= values.max() - below))
        return [float(self.offsets[index]) for index in sorted(summits, key=lambda index: -values[index])]


def agreement(series: HandSeries, times: Array, seen: list[Pose], reach: float) -> Agreement:
    """Return how well the target `seen` in the camera at `times` [s] of the series' clock matches each offset.

    Turned angles between two images are the same for hand and camera, wherever one is on the other. Travelled ways
    are so only where nothing turns.
    """
    offsets = np.arange(-reach, reach + 0.5 * STEP, STEP)
    angles, ways = _steps(np.array([[*pose.position, *pose.quaternion] for pose in seen]))
    turning, moving = [], []
    for offset in offsets:
        inside = series.covered(times + offset)
        own_angles, own_ways = _steps(series.rows(np.where(inside, times + offset, 0.0)))
        both = inside[1:] & inside[:-1]
        turning.append(_correlation(angles[both], own_angles[both]))
        moving.append(_correlation(ways[both], own_ways[both]))
    return Agreement(offsets, np.array(turning), np.array(moving))


def _steps(rows: Array) -> tuple[Array, Array]:
    """Return the angles [rad] and ways [m] from each pose (n, 7) to the next."""
    before, after = rows[:-1, 3:], rows[1:, 3:]
    signs = np.sign(np.sum(before * after, axis=1, keepdims=True))
    chords = np.linalg.norm(after - signs * before, axis=1)
    return 4.0 * np.arcsin(0.5 * chords), np.linalg.norm(np.diff(rows[:, :3], axis=0), axis=1)


def _correlation(one: Array, other: Array) -> float:
    if len(one) < FEWEST or np.std(one) < 1e-9 or np.std(other) < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
