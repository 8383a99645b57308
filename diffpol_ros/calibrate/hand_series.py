"""The hand over some seconds at the robot's full rate: where it was, and how fast it went, at any instant between."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.types import Array, Pose

LONGEST_GAP = 0.1
FEWEST = 10
UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class HandSeries:
    """stamps_ns: (n,) increasing, of the robot. poses: (n, 7) tool centre point in the base, position, then xyzw."""

    stamps_ns: NDArray[np.int64]
    poses: Array

    def __post_init__(self) -> None:
        """Refuse what no spline can be drawn through."""
        if len(self.stamps_ns) < FEWEST or np.any(np.diff(self.stamps_ns) <= 0):
            raise Refusal(f"{len(self.stamps_ns)} hand poses: at least {FEWEST} with increasing stamps are needed")
        lengths = np.linalg.norm(self.poses[:, 3:], axis=1)
        if not np.all(np.isfinite(self.poses)) or np.any(np.abs(lengths - 1.0) > UNIT_TOLERANCE):
            raise Refusal("a hand pose is not finite or its quaternion not of unit length")

    @classmethod
    def of(cls, states: Sequence[tuple[int, Pose]]) -> "HandSeries":
        """Return the series of (stamp [ns], pose), in any order; of two with one stamp the first counts."""
        unique = dict(reversed(states))
        stamps = sorted(unique)
        rows = [np.concatenate([unique[stamp].position, unique[stamp].quaternion]) for stamp in stamps]
        return cls(np.array(stamps, dtype=np.int64), np.array(rows).reshape(-1, 7))

    def seconds(self, stamps_ns: Sequence[int]) -> Array:
        """Return stamps as seconds since the first of the series."""
        return np.array([(stamp - int(self.stamps_ns[0])) / NANOSECONDS for stamp in stamps_ns])

    def covered(self, times: Array) -> NDArray[np.bool_]:
        """Return which instants [s] lie between two poses not farther apart than LONGEST_GAP."""
        own = self._times
        after = np.clip(np.searchsorted(own, times), 1, len(own) - 1)
        near = own[after] - own[after - 1] <= LONGEST_GAP
        return near & (times >= own[0]) & (times <= own[-1])

    def rows(self, times: Array) -> Array:
        """Return (n, 7) the poses at instants [s] of the series, the quaternions of unit length."""
        values = self._spline(times)
        values[:, 3:] /= np.linalg.norm(values[:, 3:], axis=1, keepdims=True)
        return values

    def at(self, times: Array) -> tuple[list[Pose], Array]:
        """Return the poses at instants [s] of the series, and the twists (n, 6) there, along the hand's own axes."""
        values, rates = self._spline(times), self._spline(times, 1)
        lengths = np.linalg.norm(values[:, 3:], axis=1, keepdims=True)
        values[:, 3:] /= lengths
        velocity = Rotation.from_quat(values[:, 3:]).inv().apply(rates[:, :3])
        twists = np.hstack([velocity, 2.0 * _conjugate_times(values[:, 3:], rates[:, 3:] / lengths)])
        return [Pose(row[:3], row[3:]) for row in values], twists

    @property
    def _times(self) -> Array:
        return (self.stamps_ns - self.stamps_ns[0]) / NANOSECONDS

    @cached_property
    def _spline(self) -> CubicSpline:
        poses = self.poses.copy()
        # q and -q are one rotation: no spline may pass from one to the other.
        flips = np.cumprod(np.where(np.sum(poses[1:, 3:] * poses[:-1, 3:], axis=1) < 0.0, -1.0, 1.0))
        poses[1:, 3:] *= flips[:, None]
        return CubicSpline(self._times, poses)


def _conjugate_times(left: Array, right: Array) -> Array:
    """Return the vector part (n, 3) of conj(left) * right, quaternions xyzw."""
    vector, scalar = -left[:, :3], left[:, 3:]
    return scalar * right[:, :3] + right[:, 3:] * vector + np.cross(vector, right[:, :3])
