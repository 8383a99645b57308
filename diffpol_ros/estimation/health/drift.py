"""Is a camera still where it was calibrated? Each one is asked where it sees what never moves."""

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, Pose

FEWEST = 5
# A median of normal errors varies this much more than their mean.
MEDIAN_VARIANCE = 0.5 * np.pi
STEP_DOWN = 0.8


@dataclass(frozen=True)
class DriftSettings:
    """How far a landmark may seem to have moved.

    FurnitureBench calls a camera calibrated within 4 mm and 1 degree: beyond that is the warning. A gripper that opens
    80 mm has 10 mm on each side of a 60 mm block, and 30 mrad are 10 mm at a block 0.33 m from the landmark: beyond
    that a grasp fails.
    """

    drift_warn: float = setting(0.004, description="Warn where a landmark seems shifted by more [m]", minimum=0.0)
    drift_warn_angle: float = setting(0.0175, description="Warn where it seems turned by more [rad]", minimum=0.0)
    drift_refuse: float = setting(0.01, description="Refuse a camera that sees it shifted by more [m]", minimum=0.0)
    drift_refuse_angle: float = setting(0.03, description="Refuse one that sees it turned by more [rad]", minimum=0.0)
    drift_duration: float = setting(2.0, description="Judge by the median over this long [s]", minimum=0.01)
    drift_sigma: float = setting(5.0, description="Shifts of fewer standard deviations are chance", minimum=0.0)

    def __post_init__(self) -> None:
        """Refuse limits in the wrong order."""
        if self.drift_refuse < self.drift_warn or self.drift_refuse_angle < self.drift_warn_angle:
            raise ValueError(
                f"drift_refuse ({self.drift_refuse} m, {self.drift_refuse_angle} rad) is below drift_warn "
                f"({self.drift_warn} m, {self.drift_warn_angle} rad): swapped?"
            )


class Placement(Enum):
    """What is known of a camera's place."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    DRIFTING = "drifting"
    MOVED = "moved"


@dataclass(frozen=True, eq=False)
class Offset:
    """Where a landmark seems to be, against where it is: (6,), shift [m] and rotation vector [rad] in the base frame.

    covariance: (6, 6) of it.
    """

    stamp_ns: int
    twist: Array
    covariance: Array

    @property
    def shift(self) -> float:
        """Return the distance [m]."""
        return float(np.linalg.norm(self.twist[:3]))

    @property
    def turn(self) -> float:
        """Return the angle [rad]."""
        return float(np.linalg.norm(self.twist[3:]))


def offset_between(known: Pose, seen: Pose, covariance: Array, stamp_ns: int) -> Offset:
    """Return how far `seen`, known to `covariance` (6, 6), is from `known`."""
    turn = rotation_between(known.quaternion, seen.quaternion)
    return Offset(stamp_ns, np.concatenate([seen.position - known.position, turn]), covariance)


class DriftWatch:
    """One camera and one landmark: the median of a while decides, so that a passing hand does not."""

    def __init__(self, settings: DriftSettings) -> None:
        """Know nothing of the camera's place."""
        self._settings = settings
        self._recent: deque[Offset] = deque()
        self.placement = Placement.UNVERIFIED
        self.median: Offset | None = None

    def see(self, offset: Offset) -> bool:
        """Take where the landmark was seen; return whether the very image that showed it may be believed.

        The placement changes after half of `drift_duration`, and for the first time at once.
        """
        if self._recent and offset.stamp_ns <= self._recent[-1].stamp_ns - to_ns(self._settings.drift_duration):
            self._recent.clear()
        self._recent.append(offset)
        newest_ns = max(one.stamp_ns for one in self._recent)
        while newest_ns - self._recent[0].stamp_ns > to_ns(self._settings.drift_duration):
            self._recent.popleft()
        self.median = _median(self._recent)
        if self._enough():
            self.placement = self._judge(self.median)
        return self._beyond(offset, 1.0) is not Placement.MOVED

    def forget(self) -> None:
        """Begin anew; what is known of the place stays."""
        self._recent.clear()

    def _enough(self) -> bool:
        if self.placement is Placement.UNVERIFIED:
            return True
        stamps_ns = [one.stamp_ns for one in self._recent]
        long = 2 * (max(stamps_ns) - min(stamps_ns)) >= to_ns(self._settings.drift_duration)
        return long and len(stamps_ns) >= FEWEST

    def _judge(self, median: Offset) -> Placement:
        """Return what an offset means; a little less is asked for getting worse than for getting better."""
        order = list(Placement).index
        strict, lenient = self._beyond(median, 1.0), self._beyond(median, STEP_DOWN)
        return max(strict, min(self.placement, lenient, key=order), key=order)

    def _beyond(self, offset: Offset, share: float) -> Placement:
        settings = self._settings
        shifted = _significant(offset.twist[:3], offset.covariance[:3, :3], settings.drift_sigma)
        turned = _significant(offset.twist[3:], offset.covariance[3:, 3:], settings.drift_sigma)
        shift, turn = shifted * offset.shift, turned * offset.turn
        if shift > share * settings.drift_refuse or turn > share * settings.drift_refuse_angle:
            return Placement.MOVED
        if shift > share * settings.drift_warn or turn > share * settings.drift_warn_angle:
            return Placement.DRIFTING
        return Placement.VERIFIED


def _significant(vector: Array, covariance: Array, sigma: float) -> bool:
    """Return whether a vector is longer than `sigma` standard deviations along its own direction."""
    direction = vector / max(float(np.linalg.norm(vector)), 1e-12)
    deviation = float(np.sqrt(direction @ covariance @ direction))
    return bool(np.linalg.norm(vector) > sigma * deviation)


def _median(offsets: "deque[Offset]") -> Offset:
    twist = np.median([one.twist for one in offsets], axis=0)
    spread = MEDIAN_VARIANCE if len(offsets) > 1 else 1.0
    covariance = spread * np.mean([one.covariance for one in offsets], axis=0) / len(offsets)
    return Offset(offsets[-1].stamp_ns, np.asarray(twist), np.asarray(covariance))
