"""Whether hand and image stand still, and whether a view is a new one."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.calibrate.motion import mean_pose
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, Pose

KEPT_NS = to_ns(5.0)
FEWEST_POSES = 3


@dataclass(frozen=True)
class StillnessSettings:
    """When a view may be taken."""

    still_for: float = setting(0.5, description="Hand and image stand still so long [s]", minimum=0.05, maximum=4.0)
    still_mm: float = setting(0.5, description="The hand is still within [mm]", minimum=0.01)
    still_deg: float = setting(0.1, description="The hand is still within [deg]", minimum=0.001)
    still_px: float = setting(0.5, description="The image is still within, RMS over the corners", minimum=0.01)
    new_mm: float = setting(30.0, description="A view is new where the hand is so far from others [mm]", minimum=0.1)
    new_deg: float = setting(8.0, description="... or turned so far [deg]", minimum=0.1)
    new_px: float = setting(30.0, description="Without a hand: where the corners are so far, RMS", minimum=0.1)


class HandWatch:
    """The hand over the last seconds."""

    def __init__(self, settings: StillnessSettings) -> None:
        """Start without any pose."""
        self._settings = settings
        self._states: deque[tuple[int, Pose]] = deque()

    def see(self, stamp_ns: int, pose: Pose) -> None:
        """Take one pose of the hand; one older than the last begins anew."""
        if self._states and stamp_ns < self._states[-1][0]:
            self._states.clear()
        self._states.append((stamp_ns, pose))
        while stamp_ns - self._states[0][0] > KEPT_NS:
            self._states.popleft()

    def rest(self, stamp_ns: int) -> Pose | None:
        """Return the mean pose of a hand that stood still until `stamp_ns`, or None."""
        since_ns = stamp_ns - to_ns(self._settings.still_for)
        lately = [(stamp, pose) for stamp, pose in self._states if since_ns <= stamp <= stamp_ns]
        if len(lately) < FEWEST_POSES or lately[-1][0] - lately[0][0] < 0.8 * to_ns(self._settings.still_for):
            return None
        poses = [pose for _, pose in lately]
        mean = mean_pose(poses)
        within = 1e-3 * self._settings.still_mm, np.radians(self._settings.still_deg)
        return mean if all(_closer(pose, mean, *within) for pose in poses) else None


class ImageWatch:
    """The corners over the last seconds. They come as (2,) pixels by id."""

    def __init__(self, settings: StillnessSettings) -> None:
        """Start without any corners."""
        self._settings = settings
        self._seen: deque[tuple[int, Mapping[int, Array]]] = deque()

    def see(self, stamp_ns: int, corners: Mapping[int, Array]) -> None:
        """Take what one image shows; one older than the last begins anew."""
        if self._seen and stamp_ns < self._seen[-1][0]:
            self._seen.clear()
        self._seen.append((stamp_ns, corners))
        while stamp_ns - self._seen[0][0] > KEPT_NS:
            self._seen.popleft()

    def still(self) -> bool:
        """Return whether the corners of the last image have been where they are for long enough."""
        now_ns, now = self._seen[-1]
        since_ns = now_ns - to_ns(self._settings.still_for)
        if self._seen[0][0] > since_ns:
            return False
        lately = [corners for stamp, corners in self._seen if stamp >= since_ns]
        return all(apart(now, corners) < self._settings.still_px for corners in lately)


def new_hand(pose: Pose, others: Sequence[Pose], settings: StillnessSettings) -> bool:
    """Return whether a hand is elsewhere, or turned otherwise, than all others."""
    within = 1e-3 * settings.new_mm, np.radians(settings.new_deg)
    return not any(_closer(pose, other, *within) for other in others)


def new_image(corners: Mapping[int, Array], others: Sequence[Mapping[int, Array]], settings: StillnessSettings) -> bool:
    """Return whether corners are elsewhere than in all other images."""
    return not any(apart(corners, other) < settings.new_px for other in others)


def apart(one: Mapping[int, Array], other: Mapping[int, Array]) -> float:
    """Return the RMS distance of the corners that both images show [pixel], infinite without any."""
    both = one.keys() & other.keys()
    if not both:
        return float("inf")
    return float(np.sqrt(np.mean([np.sum((one[key] - other[key]) ** 2) for key in both])))


def _closer(pose: Pose, other: Pose, distance: float, angle: float) -> bool:
    turn = float(np.linalg.norm(rotation_between(other.quaternion, pose.quaternion)))
    return float(np.linalg.norm(pose.position - other.position)) < distance and turn < angle
