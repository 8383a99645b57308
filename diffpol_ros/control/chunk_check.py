"""Whether a chunk may be followed."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.control.guards.age import ChunkAge
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.guards.finite import find_not_finite
from diffpol_ros.control.guards.unit_quaternions import find_not_unit
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.robot_description import Gripper
from diffpol_ros.core.types import ActionChunk, Array, Pose

NEVER_NS = -(2**63)
WIDTH_TOLERANCE = 0.01


@dataclass(frozen=True)
class Refusal:
    """Why a chunk is not followed.

    name: one word for counters. malformed: no sound policy makes such a chunk, so the arm stops.
    """

    name: str
    reason: str
    malformed: bool = False


@dataclass(frozen=True)
class Held:
    """When there last was a cause to hold [ns], and its name."""

    stamp_ns: int
    name: str = ""


@dataclass(frozen=True, eq=False)
class Moment:
    """What a chunk is judged against.

    now_ns. enabled_ns: when the arm was enabled. newest_ns: the newest observation followed. pose: the one told last.
    held: when and why the arm was held last.
    """

    now_ns: int
    enabled_ns: int
    newest_ns: int
    pose: Pose
    held: Held = Held(NEVER_NS)


class ChunkCheck:
    """Judges chunks by content first, then by their stamps, then by where they lead."""

    def __init__(self, gripper: Gripper, settings: FollowerSettings) -> None:
        """Take the allowed widths from `gripper`."""
        self._gripper = gripper
        self._settings = settings
        self._age = ChunkAge(settings.maximum_observation_age, settings.maximum_future)

    def refusal(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        """Return why `chunk` must not be followed, or None."""
        return self._content(chunk) or self._stamps(chunk, moment) or self._jump(chunk, moment)

    def _content(self, chunk: ActionChunk) -> Refusal | None:
        if len(chunk) == 0:
            return Refusal("empty", "the chunk has no action", malformed=True)
        finding = self._numbers(chunk)
        if finding is not None:
            return Refusal(finding.name, finding.reason, malformed=True)
        low, high = self._gripper.closed_width - WIDTH_TOLERANCE, self._gripper.maximum_width + WIDTH_TOLERANCE
        widths = chunk.gripper_widths
        if widths.min() < low or widths.max() > high:
            reason = f"gripper widths {widths.min():.3f}..{widths.max():.3f} m, expected {low:.3f}..{high:.3f}"
            return Refusal("gripper_width", f"the chunk has {reason}", malformed=True)
        return None

    def _numbers(self, chunk: ActionChunk) -> Finding | None:
        for name in ("positions", "quaternions", "gripper_widths"):
            finding = find_not_finite(f"the chunk's {name} are", getattr(chunk, name))
            if finding is not None:
                return finding
        return find_not_unit(chunk.quaternions)

    def _stamps(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        settings, observed_ns = self._settings, chunk.observation_stamp_ns
        age = to_seconds(moment.now_ns - observed_ns)
        if observed_ns < moment.enabled_ns:
            return Refusal("before_enable", "the chunk's observation is from before the arm was enabled")
        if observed_ns <= moment.held.stamp_ns:
            return Refusal(
                "before_hold", f"the chunk's observation is from before the end of a hold: {moment.held.name}"
            )
        if observed_ns <= moment.newest_ns:
            return Refusal("not_newer", "the chunk's observation is not newer than the one followed")
        finding = self._age.judge(age)
        if finding is not None:
            return Refusal(finding.name, finding.reason)
        lead_ns = to_ns(settings.command_lead + settings.minimum_lead)
        if chunk.stamps_ns[-1] <= moment.now_ns + lead_ns:
            return Refusal("late", "all actions of the chunk are past")
        return None

    def _jump(self, chunk: ActionChunk, moment: Moment) -> Refusal | None:
        due = np.array(chunk.stamps_ns) > moment.now_ns
        points: Array = np.vstack((moment.pose.position, chunk.positions[due]))
        # What is too large to be squared is infinitely far, which is too far.
        with np.errstate(over="ignore"):
            longest = float(np.linalg.norm(np.diff(points, axis=0), axis=1).max())
        if longest > self._settings.maximum_action_step:
            allowed = self._settings.maximum_action_step
            return Refusal("jump", f"the chunk jumps by {longest:.3f} m between actions, allowed {allowed}")
        turns = np.vstack((moment.pose.quaternion, chunk.quaternions[due]))
        # A quaternion and its opposite are the same rotation.
        alike = np.abs(np.einsum("ij,ij->i", turns[1:], turns[:-1])).min()
        widest = 2.0 * float(np.arccos(min(alike, 1.0)))
        if widest > self._settings.maximum_action_turn:
            allowed = self._settings.maximum_action_turn
            return Refusal("jump", f"the chunk turns by {widest:.2f} rad between actions, allowed {allowed}")
        return None
