"""Where the hand was at any instant: what cameras on it and things in it are placed by."""

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import compose, slerp
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, PoseSettings

KEPT_NS = to_ns(12.0)
# At 0.5 m/s the middle of a gap of 0.1 s is off by less than a millimetre while the hand accelerates at 1 m/s^2.
LONGEST_GAP_NS = to_ns(0.1)
FARTHEST_NS = to_ns(0.03)
UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class HandState:
    """The end effector at one tick of the robot.

    pose: tool centre point in the robot base frame. gripper_width: distance between the fingers [m].
    """

    stamp_ns: int
    pose: Pose
    gripper_width: float


class HandBuffer:
    """The last seconds of the hand, and where it was in between."""

    def __init__(self, restart_after_ns: int = to_ns(1.0)) -> None:
        """Start empty; a state older than the newest by more than `restart_after_ns` means that time was set back."""
        self._restart_after_ns = restart_after_ns
        self._stamps_ns: list[int] = []
        self._states: list[HandState] = []

    @property
    def newest(self) -> HandState | None:
        """Return the state with the latest stamp."""
        return self._states[-1] if self._states else None

    def add(self, state: HandState) -> bool:
        """Take one state, in any order; return whether it was used: all numbers finite and the stamp a new one."""
        if not _finite(state):
            return False
        if self._stamps_ns and self._stamps_ns[-1] - state.stamp_ns > self._restart_after_ns:
            self.clear()
        place = bisect_left(self._stamps_ns, state.stamp_ns)
        if place < len(self._stamps_ns) and self._stamps_ns[place] == state.stamp_ns:
            return False
        self._stamps_ns.insert(place, state.stamp_ns)
        self._states.insert(place, state)
        self._forget(self._stamps_ns[-1] - KEPT_NS)
        return True

    def clear(self) -> None:
        """Forget everything."""
        self._stamps_ns.clear()
        self._states.clear()

    def pose_at(self, stamp_ns: int) -> Pose | None:
        """Return the hand's pose at a stamp, or None where no states are near enough on both sides.

        Just after the newest state (30 ms) the motion is taken to go on as it was.
        """
        place = bisect_left(self._stamps_ns, stamp_ns)
        if place < len(self._stamps_ns) and self._stamps_ns[place] == stamp_ns:
            return self._states[place].pose
        if place == len(self._stamps_ns):
            return self._ahead(stamp_ns)
        if place == 0:
            return None
        return _between(self._states[place - 1], self._states[place], stamp_ns)

    def _ahead(self, stamp_ns: int) -> Pose | None:
        if not self._states or stamp_ns - self._stamps_ns[-1] > FARTHEST_NS:
            return None
        # Over a millisecond, noise would look like speed.
        before = bisect_left(self._stamps_ns, self._stamps_ns[-1] - FARTHEST_NS)
        if before == len(self._states) - 1:
            return self._states[-1].pose
        return _between(self._states[before], self._states[-1], stamp_ns)

    def _forget(self, before_ns: int) -> None:
        count = bisect_left(self._stamps_ns, before_ns)
        del self._stamps_ns[:count], self._states[:count]


def placed(camera: CameraCalibration, hand: HandBuffer, stamp_ns: int) -> CameraCalibration | None:
    """Return a camera with its pose in the robot base frame when it stamped an image `stamp_ns`.

    None where it sits on the hand and nobody knows where the hand was.
    """
    if camera.mount == "base":
        return camera
    carrier = hand.pose_at(stamp_ns + to_ns(camera.time_offset))
    if carrier is None:
        return None
    pose = compose(carrier, camera.pose.pose)
    x, y, z = pose.position.tolist()
    i, j, k, w = pose.quaternion.tolist()
    return replace(camera, pose=PoseSettings((x, y, z), (i, j, k, w)))


def _between(before: HandState, after: HandState, stamp_ns: int) -> Pose | None:
    """Return the pose on the straight way through two states, also beyond the second."""
    gap_ns = after.stamp_ns - before.stamp_ns
    if gap_ns > LONGEST_GAP_NS:
        return None
    share = (stamp_ns - before.stamp_ns) / gap_ns
    position = before.pose.position + share * (after.pose.position - before.pose.position)
    return Pose(position, slerp(before.pose.quaternion, after.pose.quaternion, share))


def _finite(state: HandState) -> bool:
    numbers = [*state.pose.position, *state.pose.quaternion, state.gripper_width]
    return bool(np.all(np.isfinite(numbers)) and abs(np.linalg.norm(state.pose.quaternion) - 1.0) < UNIT_TOLERANCE)
