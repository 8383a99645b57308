"""Whether a chunk may be followed."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.robot_description import Gripper
from diffpol_ros.core.types import ActionChunk, Array, Pose

UNIT_TOLERANCE = 1e-3
WIDTH_TOLERANCE = 0.01


@dataclass(frozen=True)
class Refusal:
    """Why a chunk is not followed.

    name: one word for counters. malformed: no sound policy makes such a chunk, so the arm stops.
    """

    name: str
    reason: str
    malformed: bool = False


@dataclass(frozen=True, eq=False)
class Moment:
    """What a chunk is judged against: now, when the arm was enabled, the newest observation followed, the pose told."""

    now_ns: int
    enabled_ns: int
    newest_ns: int
    pose: Pose


class ChunkCheck:
    """Judges chunks by content first, then by their stamps, then by where they lead."""

    def __init__(self, gripper: Gripper, settings: FollowerSettings) -> None:
        """Take the allowed widths from `gripper`."""
        self._gripper = gripper
        self._settings = settings

    def refusal(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        """Return why `chunk` must not be followed, or None."""
        return self._content(chunk) or self._stamps(chunk, moment) or self._jump(chunk, moment)

    def _content(self, chunk: ActionChunk) -> Refusal | None:
        if len(chunk) == 0:
            return Refusal("empty", "the chunk has no action", malformed=True)
        for name in ("positions", "quaternions", "gripper_widths"):
            if not np.isfinite(getattr(chunk, name)).all():
                return Refusal("not_finite", f"the chunk's {name} are not all finite", malformed=True)
        norms = np.sqrt(np.einsum("ij,ij->i", chunk.quaternions, chunk.quaternions))
        if np.abs(norms - 1.0).max() > UNIT_TOLERANCE:
            worst = float(norms[np.abs(norms - 1.0).argmax()])
            return Refusal("not_unit", f"the chunk has a quaternion of norm {worst:.4f}, expected 1", malformed=True)
        low, high = self._gripper.closed_width - WIDTH_TOLERANCE, self._gripper.maximum_width + WIDTH_TOLERANCE
        widths = chunk.gripper_widths
        if widths.min() < low or widths.max() > high:
            reason = f"gripper widths {widths.min():.3f}..{widths.max():.3f} m, expected {low:.3f}..{high:.3f}"
            return Refusal("gripper_width", f"the chunk has {reason}", malformed=True)
        return None

    def _stamps(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        settings, observed_ns = self._settings, chunk.observation_stamp_ns
        age = to_seconds(moment.now_ns - observed_ns)
        if observed_ns < moment.enabled_ns:
            return Refusal("before_enable", "the chunk's observation is from before the arm was enabled")
        if observed_ns <= moment.newest_ns:
            return Refusal("not_newer", "the chunk's observation is not newer than the one followed")
        if age > settings.maximum_observation_age:
            return Refusal("old", f"the chunk's observation is {age:.2f} s old")
        if age < -settings.maximum_future:
            return Refusal("future", f"the chunk's observation is {-age:.2f} s in the future: synchronise the clocks")
        lead_ns = to_ns(settings.command_lead + settings.minimum_lead)
        if chunk.stamps_ns[-1] <= moment.now_ns + lead_ns:
            return Refusal("late", "all actions of the chunk are past")
        return None

    def _jump(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        due = np.array(chunk.stamps_ns) > moment.now_ns
        points: Array = np.vstack((moment.pose.position, chunk.positions[due]))
        longest = float(np.linalg.norm(np.diff(points, axis=0), axis=1).max())
        if longest > self._settings.maximum_action_step:
            allowed = self._settings.maximum_action_step
            return Refusal("jump", f"the chunk jumps by {longest:.3f} m between actions, allowed {allowed}")
        return None
