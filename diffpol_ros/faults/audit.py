"""Whether the targets that reached a robot were safe, judged from them alone: nothing of the gate is asked or used."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.robot_description import DenavitHartenberg, RobotDescription
from diffpol_ros.core.spatial import homogeneous
from diffpol_ros.core.types import Array
from diffpol_ros.faults.rig import Seen

SINGLE_PRECISION = 2.0**-23
"""Of the positions, where the backend takes single precision."""
STRAY_M = 0.005
"""How far the tool may cut a corner of the workspace [m]."""
SLACK = 1.0 + 1e-3
LONGEST_STEP = 2
PAUSE = 5
LATE = "robot_late"
ORDERS = {1: "velocity", 2: "acceleration", 3: "jerk"}


@dataclass(frozen=True, eq=False)
class Received:
    """A target that reached the robot: when it was decided [ns], joint positions (7,) [rad], gripper width [m].

    age: how old it was on arrival [s]; 0 where nobody knows.
    """

    stamp_ns: int
    positions: Array
    width: float
    age: float = 0.0


class Audit:
    """Judges targets against a robot's description by their differences.

    A divided difference of order n times n! is a mean of the n-th derivative: where it exceeds a limit, so did the
    motion, whatever the times between the targets are.
    """

    def __init__(self, description: RobotDescription, period: float, tolerance: float, oldest: float) -> None:
        """Expect targets every `period` [s], within `tolerance` [m] of the workspace, at most `oldest` [s] old."""
        self._description = description
        self._period_ns = to_ns(period)
        self._tolerance, self._oldest = tolerance, oldest
        limits = description.limits
        self._limits = {1: np.array(limits.velocity), 2: np.array(limits.acceleration), 3: np.array(limits.jerk)}

    def complaints(self, received: Sequence[Received], verdicts: Sequence[Seen] = ()) -> tuple[str, ...]:
        """Return what was unsafe in view of the gate's own words: after a Stop, nothing more; before a Hold, rest."""
        if not received:
            return ()
        positions = np.array([each.positions for each in received])
        widths = np.array([each.width for each in received])
        if not (np.isfinite(positions).all() and np.isfinite(widths).all()):
            return ("a target that is not finite was sent",)
        found = [
            *self._bounds(positions, widths),
            *self._ages(received),
            *_after_stop(received, verdicts),
            *self._motion(received, verdicts),
        ]
        return tuple(dict.fromkeys(found))

    def _bounds(self, positions: Array, widths: Array) -> Iterator[str]:
        limits, box, gripper = self._description.limits, self._description.workspace, self._description.gripper
        outside = np.maximum(np.array(limits.lower) - positions, positions - np.array(limits.upper))
        if outside.max() > 0.0:
            yield f"a joint was sent {outside.max():.4f} rad beyond its limits"
        points = tool_points(self._description, positions)
        stray = np.maximum(np.array(box.lower) - points, points - np.array(box.upper)).max()
        if stray > self._tolerance:
            yield f"the tool was sent {1000 * stray:.1f} mm out of the workspace"
        if widths.min() < gripper.closed_width or widths.max() > gripper.maximum_width:
            yield f"the gripper was sent to {widths.min():.4f}..{widths.max():.4f} m"

    def _ages(self, received: Sequence[Received]) -> Iterator[str]:
        oldest = max(each.age for each in received)
        if oldest > self._oldest:
            yield f"a target was {oldest:.3f} s old when it arrived"
        if any(later.stamp_ns <= earlier.stamp_ns for earlier, later in pairwise(received)):
            yield "targets arrived out of order"

    def _motion(self, received: Sequence[Received], verdicts: Sequence[Seen]) -> Iterator[str]:
        for run in self._runs(received, verdicts):
            stamps = self._times([stamp for stamp, _ in run])
            positions = np.array([each for _, each in run])
            for order, name in ORDERS.items():
                worst = self._worst_ratio(stamps, positions, order)
                if worst > SLACK:
                    yield f"{name} was {worst:.2f} of the limit"

    def _runs(self, received: Sequence[Received], verdicts: Sequence[Seen]) -> Iterator[list[tuple[int, Array]]]:
        """Yield stretches of steady sending, with the standing before them and after those that ended in a Hold.

        After a Stop the arm is enabled where it is by then, and a target that merely came late stopped nowhere.
        """
        stops = [seen.stamp_ns for seen in verdicts if seen.word == "STOP"]
        holds = [seen.stamp_ns for seen in verdicts if seen.word == "HOLD" and seen.name != LATE]
        starts = [0, *(index for index in range(1, len(received)) if self._paused(received, index)), len(received)]
        for first, end in pairwise(starts):
            run = [(each.stamp_ns, each.positions) for each in received[first:end]]
            before = received[first - 1] if first else None
            if before is not None and not _any_within(stops, before.stamp_ns, run[0][0]):
                # The first step of a motion may last as long as the longest.
                lead = [run[0][0] - LONGEST_STEP * back * self._period_ns for back in (3, 2, 1)]
                run = [*((stamp_ns, before.positions) for stamp_ns in lead), *run]
            last_ns, last = run[-1]
            if _any_within(holds, last_ns, last_ns + LONGEST_STEP * self._period_ns):
                run += [(last_ns + ahead * self._period_ns, last) for ahead in (1, 2, 3)]
            yield run

    def _times(self, stamps_ns: Sequence[int]) -> Array:
        """Return the times [s] of a run; a late tick counts as one of two periods.

        Until it came the robot stood at its last target: that cannot be undone, and must not be caught up with either.
        """
        steps = np.minimum(np.diff(np.array(stamps_ns)), LONGEST_STEP * self._period_ns)
        return np.concatenate(([0.0], np.cumsum(steps))) / NANOSECONDS

    def _paused(self, received: Sequence[Received], index: int) -> bool:
        return received[index].stamp_ns - received[index - 1].stamp_ns > PAUSE * self._period_ns

    def _worst_ratio(self, stamps: Array, positions: Array, order: int) -> float:
        """Return the largest ratio of the derivative of `order` to its limit, less what rounding may add."""
        differences, rounding = positions, np.full(len(stamps), SINGLE_PRECISION * math.pi)
        for step in range(1, order + 1):
            if len(differences) < 2:
                return 0.0
            spans = stamps[step:] - stamps[:-step]
            differences = np.diff(differences, axis=0) / spans[:, None]
            rounding = (rounding[1:] + rounding[:-1]) / spans
        derivative = math.factorial(order) * (np.abs(differences) - rounding[:, None])
        return float((derivative / self._limits[order]).max())


def _after_stop(received: Sequence[Received], verdicts: Sequence[Seen]) -> Iterator[str]:
    """Yield a complaint where a target was decided between a Stop and the next verdict that is none."""
    for index, seen in enumerate(verdicts):
        if seen.word != "STOP":
            continue
        until_ns = next((later.stamp_ns for later in verdicts[index:] if later.word != "STOP"), seen.stamp_ns)
        sent = sum(seen.stamp_ns < each.stamp_ns < until_ns for each in received)
        if sent:
            yield f"{sent} targets were sent after the Stop"


def _any_within(stamps_ns: Sequence[int], begin_ns: int, end_ns: int) -> bool:
    return any(begin_ns <= stamp_ns <= end_ns for stamp_ns in stamps_ns)


def tool_points(description: RobotDescription, positions: Array) -> Array:
    """Return where the tool centre point is (n, 3) [m] for joint positions (n, 7): the textbook's product of frames."""
    geometry: DenavitHartenberg = description.kinematics
    tool = np.eye(4)
    tool[2, 3] = geometry.flange
    tool = tool @ homogeneous(description.tool.pose)
    return np.array([(_arm(geometry, joints) @ tool)[:3, 3] for joints in positions])


def _arm(geometry: DenavitHartenberg, joints: Array) -> Array:
    frame = np.eye(4)
    for a, d, alpha, angle in zip(geometry.a, geometry.d, geometry.alpha, joints, strict=True):
        ca, sa, cq, sq = math.cos(alpha), math.sin(alpha), math.cos(angle), math.sin(angle)
        frame = frame @ np.array(
            [[cq, -sq, 0, a], [sq * ca, cq * ca, -sa, -sa * d], [sq * sa, cq * sa, ca, ca * d], [0, 0, 0, 1]]
        )
    return frame
