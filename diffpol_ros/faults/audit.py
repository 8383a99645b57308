"""Whether the targets that reached a robot were safe, judged from them alone: nothing of the gate is asked or used."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.faults.motion import Motion
from diffpol_ros.faults.reach import tool_points
from diffpol_ros.faults.received import Findings, Received
from diffpol_ros.faults.rig import Seen
from diffpol_ros.faults.stillness import sent_while_still

STRAY_M = 0.005
"""How far the tool may cut a corner of the workspace [m]."""
NOT_FINITE = "a target that is not finite was sent"


class Audit:
    """Judges targets against a robot's description."""

    def __init__(self, description: RobotDescription, period: float, oldest: float, slack: float = 0.0) -> None:
        """Expect targets every `period` [s], at most `oldest` [s] old; their stamps are certain to `slack` [s]."""
        self._description = description
        self._motion = Motion(description.limits, to_ns(period))
        self._oldest, self._slack_ns = oldest, to_ns(slack)

    def findings(self, received: Sequence[Received], verdicts: Sequence[Seen] = ()) -> Findings:
        """Return what was wrong in view of the gate's own words: after a Hold or a Stop, nothing may come."""
        if not received:
            return Findings()
        positions = np.array([each.positions for each in received])
        widths = np.array([each.width for each in received])
        if not (np.isfinite(positions).all() and np.isfinite(widths).all()):
            return Findings(unsafe=(NOT_FINITE, *sent_while_still(received, verdicts, self._slack_ns)))
        certain = [each for each in received if each.certain]
        astray = [each.arrived_ns for each in received if not each.certain]
        unsafe = [
            *self._bounds(positions, widths),
            *_disorder(certain),
            *sent_while_still(received, verdicts, self._slack_ns),
            *(() if any(_disorder(certain)) else self._motion.excesses(certain, verdicts, astray)),
            *self._motion.jumps(received, verdicts),
        ]
        return Findings(
            unsafe=tuple(dict.fromkeys(unsafe)),
            late=tuple(self._ages(received)),
            gaps=tuple(self._motion.gaps(certain, verdicts)),
        )

    def _bounds(self, positions: Array, widths: Array) -> Iterator[str]:
        limits, box, gripper = self._description.limits, self._description.workspace, self._description.gripper
        outside = np.maximum(np.array(limits.lower) - positions, positions - np.array(limits.upper))
        if outside.max() > 0.0:
            yield f"a joint was sent {outside.max():.4f} rad beyond its limits"
        points = tool_points(self._description, positions)
        stray = np.maximum(np.array(box.lower) - points, points - np.array(box.upper)).max()
        if stray > STRAY_M:
            yield f"the tool was sent {1000 * stray:.1f} mm out of the workspace"
        if widths.min() < gripper.closed_width or widths.max() > gripper.maximum_width:
            yield f"the gripper was sent to {widths.min():.4f}..{widths.max():.4f} m"

    def _ages(self, received: Sequence[Received]) -> Iterator[str]:
        oldest = max(each.age for each in received)
        if oldest > self._oldest:
            yield f"a target was {oldest:.3f} s old when it arrived"


def _disorder(received: Sequence[Received]) -> Iterator[str]:
    if any(later.stamp_ns <= earlier.stamp_ns for earlier, later in pairwise(received)):
        yield "targets arrived out of order"
