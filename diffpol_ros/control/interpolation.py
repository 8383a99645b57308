"""From a chunk of actions to a path in time, starting where the arm is told to be."""

import bisect
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from diffpol_ros.control import quaternions
from diffpol_ros.control.rotation_segment import RotationSegment
from diffpol_ros.control.tangents import bounded_tangents
from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import ActionChunk, Array, Pose

# Small motions may swing past an action by a quarter of this [m, rad], for the sake of a continuous acceleration.
SLACK = np.array([0.005] * 3 + [0.02] * 3)


@dataclass(frozen=True, eq=False)
class Waypoint:
    """Where the end effector is told to be at one instant.

    pose: in the robot base frame. twist: (6,) its velocity there [m/s, rad/s]. gripper_width: [m].
    """

    pose: Pose
    twist: Array
    gripper_width: float


class ChunkPath:
    """The actions of a chunk that are still due, joined to the present waypoint.

    Cubics in position and on SO(3), from the present twist to rest at the last action, where it ends. Velocities are
    continuous, and accelerations of positions too unless the path would overshoot its actions. Gripper widths follow
    straight lines.
    """

    def __init__(self, present: Waypoint, now_ns: int, chunk: ActionChunk, minimum_lead: float) -> None:
        """Join the actions due later than `minimum_lead` [s] after `now_ns`; at least one must be."""
        first = bisect.bisect_right(chunk.stamps_ns, now_ns + to_ns(minimum_lead))
        if first == len(chunk):
            raise ValueError("all actions are past")
        self._stamps_ns = (now_ns, *chunk.stamps_ns[first:])
        self._widths = [present.gripper_width, *chunk.gripper_widths[first:].tolist()]
        self._durations = [to_seconds(b - a) for a, b in zip(self._stamps_ns, self._stamps_ns[1:], strict=False)]
        positions = np.vstack((present.pose.position, chunk.positions[first:]))
        turned = [_unit(numbers) for numbers in (present.pose.quaternion, *chunk.quaternions[first:])]
        in_body = present.twist[3:] @ matrix_from_quaternion(np.array(turned[0]))
        moves = np.hstack((np.diff(positions, axis=0), _turns(turned)))
        durations = np.array(self._durations)
        tangents = bounded_tangents(moves, durations, np.concatenate((present.twist[:3], in_body)), SLACK)
        self._cubics = _cubics(positions, tangents[:, :3], durations)
        speeds = tangents[:, 3:].tolist()
        ends = zip(turned, turned[1:], pairwise(speeds), self._durations, strict=False)
        self._rotations = [RotationSegment(*end) for end in ends]

    @property
    def end_ns(self) -> int:
        """When the last action is due [ns]."""
        return self._stamps_ns[-1]

    def sample(self, now_ns: int) -> tuple[Pose, float]:
        """Return the pose and the gripper width [m] due at `now_ns`, at most the last action's."""
        last = len(self._durations) - 1
        segment = min(max(bisect.bisect_right(self._stamps_ns, now_ns) - 1, 0), last)
        share = to_seconds(now_ns - self._stamps_ns[segment]) / self._durations[segment]
        share = min(max(share, 0.0), 1.0)
        constant, linear, square, cube = self._cubics[segment]
        position = constant + share * (linear + share * (square + share * cube))
        width = self._widths[segment] + share * (self._widths[segment + 1] - self._widths[segment])
        return Pose(position, np.array(self._rotations[segment].at(share))), width


def _unit(quaternion: Array) -> quaternions.Four:
    x, y, z, w = (quaternion / float(quaternion @ quaternion) ** 0.5).tolist()
    return x, y, z, w


def _turns(turned: list[quaternions.Four]) -> Array:
    """Return (n, 3) rotation vectors [rad] from each rotation to the next, as either of the two sees them."""
    inverses = [quaternions.conjugate(quaternion) for quaternion in turned]
    pairs = zip(inverses, turned[1:], strict=False)
    return np.array([quaternions.logarithm(quaternions.product(inverse, after)) for inverse, after in pairs])


def _cubics(points: Array, tangents: Array, durations: Array) -> Array:
    """Return (n, 4, 3) coefficients in the share of each segment."""
    start, end = tangents[:-1] * durations[:, None], tangents[1:] * durations[:, None]
    move = np.diff(points, axis=0)
    return np.stack((points[:-1], start, 3.0 * move - 2.0 * start - end, start + end - 2.0 * move), axis=1)
