"""Estimates of one object while nothing moves, in order, without what cannot be noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import DiffpolError, SettingsError
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, ObjectEstimate, Pose, frozen_array
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.noise.place import Three

LEAST_SAMPLES = 50
Stamps = NDArray[np.int64]


class NoiseError(DiffpolError):
    """A recording that noise cannot be measured from."""


@dataclass(frozen=True, eq=False)
class Recording:
    """Estimates (n), one an exposure, in the robot base frame.

    stamps_ns: (n,) of the exposures. arrivals_ns: (n,) when each estimate arrived, where known, on the same clock.
    exposures_ns: of all exposures, those without an estimate too, where known.
    """

    name: str
    stamps_ns: Stamps
    positions: Array
    quaternions: Array
    arrivals_ns: Stamps | None = None
    exposures_ns: Stamps | None = None

    def __post_init__(self) -> None:
        """Freeze the arrays; refuse too few estimates, and such as are not in order."""
        count = len(self.stamps_ns)
        if count < LEAST_SAMPLES:
            raise NoiseError(
                f"{self.name}: {count} estimates are too few, expected at least {LEAST_SAMPLES}: record longer"
            )
        object.__setattr__(self, "positions", frozen_array(self.positions, (count, 3), "Recording.positions"))
        object.__setattr__(self, "quaternions", frozen_array(self.quaternions, (count, 4), "Recording.quaternions"))
        if np.any(np.diff(self.stamps_ns) <= 0):
            raise NoiseError(f"{self.name}: stamps do not increase")
        if not (np.all(np.isfinite(self.positions)) and np.all(np.isfinite(self.quaternions))):
            raise NoiseError(f"{self.name}: some estimates are not finite")

    @classmethod
    def of(
        cls,
        estimates: Sequence[ObjectEstimate],
        arrivals_ns: Sequence[int] | None = None,
        exposures_ns: Sequence[int] | None = None,
    ) -> "Recording":
        """Return estimates of one object as they came; of one exposure the last counts, what comes late does not."""
        if not estimates:
            raise NoiseError("no estimates at all: is the object in view, and its name right?")
        kept: list[int] = []
        for index, estimate in enumerate(estimates):
            if kept and estimate.stamp_ns < estimates[kept[-1]].stamp_ns:
                continue
            if kept and estimate.stamp_ns == estimates[kept[-1]].stamp_ns:
                kept.pop()
            kept.append(index)
        return cls(
            estimates[0].name,
            np.array([estimates[index].stamp_ns for index in kept], dtype=np.int64),
            np.array([estimates[index].pose.position for index in kept]),
            np.array([estimates[index].pose.quaternion for index in kept]),
            None if arrivals_ns is None else np.array([arrivals_ns[index] for index in kept], dtype=np.int64),
            None if exposures_ns is None else np.array(sorted(set(exposures_ns)), dtype=np.int64),
        )

    @property
    def times(self) -> Array:
        """Return seconds since the first estimate (n,)."""
        return (self.stamps_ns - self.stamps_ns[0]).astype(np.float64) / NANOSECONDS

    @property
    def period(self) -> float:
        """Return the time from one exposure to the next [s]; from the shorter intervals where only estimates are known.

        A lost frame makes an interval two or more periods long; up to four in five may be lost.
        """
        known = self.stamps_ns if self.exposures_ns is None else self.exposures_ns
        intervals = np.diff(known).astype(np.float64) / NANOSECONDS
        single = intervals[intervals <= 1.5 * np.percentile(intervals, 20.0)]
        return float(np.mean(single))

    @property
    def gaps(self) -> NDArray[np.int64]:
        """Return the number of frames lost in a row (bursts,), before or between estimates."""
        if self.exposures_ns is None:
            lost = np.round(np.diff(self.stamps_ns) / NANOSECONDS / self.period).astype(np.int64) - 1
        else:
            last = np.searchsorted(self.exposures_ns, self.stamps_ns)
            lost = np.diff(last, prepend=-1, append=len(self.exposures_ns)) - 1
        return lost[lost > 0]

    def middle(self) -> Pose:
        """Return the pose at the middle of all: no flipped minority moves it."""
        some = self.quaternions[:: max(1, len(self.quaternions) // 500)]
        likeness = np.median(np.abs(some @ self.quaternions.T), axis=1)
        return Pose(np.median(self.positions, axis=0), some[int(np.argmax(likeness))])

    def deviations(self, centre: Pose) -> Array:
        """Return (n, 6) how far [m] and turned by what rotation vector [rad] each estimate is from `centre`."""
        turns = [rotation_between(centre.quaternion, quaternion) for quaternion in self.quaternions]
        return np.concatenate([self.positions - centre.position, np.array(turns)], axis=1)


@dataclass(frozen=True)
class Scene:
    """What is known beside the estimates: edge of the tags [m], cameras in the base frame [m], the true pose if any."""

    tag_size: float
    viewpoints: tuple[Three, ...]
    truth: Pose | None = None


def viewpoints_of(cameras: Sequence[CameraCalibration]) -> tuple[Three, ...]:
    """Return where cameras that stand still are in the robot base frame [m]."""
    for camera in cameras:
        if camera.mount != "base":
            raise SettingsError(f"camera {camera.name} is mounted on the {camera.mount}: give cameras that stand still")
    return tuple(camera.pose.position for camera in cameras)
