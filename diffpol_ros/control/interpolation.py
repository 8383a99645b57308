"""From a chunk of actions to a path in time, starting where the arm is told to be."""

import bisect
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector, rotation_between
from diffpol_ros.core.types import ActionChunk, Array, Pose


@dataclass(frozen=True, eq=False)
class Waypoint:
    """Where the end effector is told to be at one instant.

    pose: in the robot base frame. velocity: (3,) of its position [m/s]. gripper_width: [m].
    """

    pose: Pose
    velocity: Array
    gripper_width: float


class ChunkPath:
    """The actions of a chunk that are still due, joined to the present waypoint.

    Positions follow the cubic spline through the actions (continuous velocity and acceleration, from the present
    velocity, at rest at the end), rotations the shortest way at constant speed, gripper widths straight lines. It ends
    with the last action.
    """

    def __init__(self, present: Waypoint, now_ns: int, chunk: ActionChunk, minimum_lead: float) -> None:
        """Join the actions due later than `minimum_lead` [s] after `now_ns`; at least one must be."""
        first = bisect.bisect_right(chunk.stamps_ns, now_ns + to_ns(minimum_lead))
        if first == len(chunk):
            raise ValueError("all actions are past")
        self._stamps_ns = (now_ns, *chunk.stamps_ns[first:])
        positions = np.vstack((present.pose.position, chunk.positions[first:]))
        self._quaternions = np.vstack((present.pose.quaternion, chunk.quaternions[first:]))
        self._widths = [present.gripper_width, *chunk.gripper_widths[first:].tolist()]
        self._durations = [to_seconds(b - a) for a, b in zip(self._stamps_ns, self._stamps_ns[1:], strict=False)]
        self._cubics = _cubics(positions, np.array(self._durations), present.velocity)
        pairs = zip(self._quaternions, self._quaternions[1:], strict=False)
        self._turns = [rotation_between(start, end) for start, end in pairs]

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
        turn = quaternion_from_rotation_vector(share * self._turns[segment])
        width = self._widths[segment] + share * (self._widths[segment + 1] - self._widths[segment])
        return Pose(position, multiply_quaternions(turn, self._quaternions[segment])), width


def _cubics(points: Array, durations: Array, velocity: Array) -> Array:
    """Return (n, 4, 3) coefficients, in the share of each segment, of the spline from `velocity` to rest."""
    count = len(points)
    slopes = np.diff(points, axis=0) / durations[:, None]
    # The tangents that make the acceleration continuous at each inner point.
    matrix, right = np.eye(count), np.zeros_like(points)
    before, after = durations[:-1], durations[1:]
    inner = np.arange(1, count - 1)
    matrix[inner, inner - 1], matrix[inner, inner], matrix[inner, inner + 1] = after, 2.0 * (before + after), before
    right[0] = velocity
    right[1:-1] = 3.0 * (after[:, None] * slopes[:-1] + before[:, None] * slopes[1:])
    tangents = np.linalg.solve(matrix, right)
    start, end = tangents[:-1] * durations[:, None], tangents[1:] * durations[:, None]
    move = np.diff(points, axis=0)
    return np.stack((points[:-1], start, 3.0 * move - 2.0 * start - end, start + end - 2.0 * move), axis=1)
