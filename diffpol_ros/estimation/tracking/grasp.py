"""An object in the gripper moves with the hand, seen or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import compose, inverse, matrix_from_quaternion, rotation_vector
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.tracking.filter import FilterState
from diffpol_ros.estimation.tracking.gripper import GripperSettings, GripperWatch, Hold
from diffpol_ros.estimation.tracking.hand import HandBuffer, HandState

# Fingers that close push and turn what they find; what they hold slips a little where the hand carries it.
PUSHED = np.repeat([0.003, 0.05], 3)
SLIP = 0.02


@dataclass(frozen=True)
class GraspSettings(GripperSettings):
    """Whether and when an object is taken to be held."""

    grasp_prior: bool = setting(False, description="Carry an object in the gripper with the hand where it is not seen")
    grasp_reach: float = setting(
        0.05, description="Farthest the object's origin is from the tool centre [m]", minimum=0.0
    )
    grasp_seen: float = setting(1.0, description="It was seen this shortly before the fingers closed [s]", minimum=0.0)
    coast_after: float = setting(0.15, description="Not seen for this long, it is carried on [s]", minimum=0.0)
    coast_limit: float = setting(8.0, description="and no longer than this [s]", minimum=0.0, maximum=10.0)
    hand_silent: float = setting(
        0.2, description="Nothing is carried by a hand not heard for this long [s]", minimum=0.0
    )


class Grasp:
    """Which object is in the gripper, and where the hand has carried it."""

    def __init__(self, settings: GraspSettings, hand: HandBuffer) -> None:
        """Start with nothing held; `hand` is filled by others."""
        self._settings, self._hand = settings, hand
        self._gripper = GripperWatch(settings)
        self._held = ""

    def see(self, hand: HandState, states: Mapping[str, FilterState]) -> None:
        """Take the gripper's width; when it closes, the object nearest to the fingers is what they hold."""
        if self._settings.grasp_prior and self._gripper.add(hand.stamp_ns, hand.gripper_width):
            self._held = self._nearest(hand, states.items())

    def check(self, name: str, state: FilterState) -> None:
        """Let go of an object that was measured out of the gripper."""
        hold, hand = self._hold_of(name), self._hand.pose_at(state.stamp_ns)
        if hold is None or hold.until_ns is not None or hand is None or state.stamp_ns <= hold.since_ns:
            return
        if np.linalg.norm(state.pose.position - hand.position) > 1.5 * self._settings.grasp_reach:
            self._gripper.release(state.stamp_ns)

    def carried(self, name: str, state: FilterState, stamp_ns: int) -> FilterState | None:
        """Return a state of the object moved with the hand up to a stamp, with its own stamp: when it was last seen.

        None where it was held and nobody knows where the hand was.
        """
        hold = self._hold_of(name)
        if hold is None:
            return state
        end_ns = stamp_ns if hold.until_ns is None else min(stamp_ns, hold.until_ns)
        begin_ns = max(state.stamp_ns, hold.since_ns)
        if end_ns <= begin_ns:
            return state
        begin, end = self._hand.pose_at(begin_ns), self._hand.pose_at(end_ns)
        if begin is None or end is None:
            return None
        return _moved(state, compose(end, inverse(begin)), pushed=state.stamp_ns < hold.since_ns)

    def coasting(self, name: str, state: FilterState, now_ns: int) -> tuple[int, FilterState] | None:
        """Return the newest stamp of the hand and the state there, if the object is held, unseen, and not for long.

        None, too, where the hand was not heard when the object was last seen: how it lies in the gripper is not known.
        """
        hold, newest, settings = self._hold_of(name), self._hand.newest, self._settings
        if hold is None or hold.until_ns is not None or newest is None:
            return None
        unseen_ns = newest.stamp_ns - state.stamp_ns
        silent = abs(now_ns - newest.stamp_ns) > to_ns(settings.hand_silent)
        if silent or not to_ns(settings.coast_after) < unseen_ns <= to_ns(settings.coast_limit):
            return None
        moved = self.carried(name, state, newest.stamp_ns)
        return None if moved is None else (newest.stamp_ns, moved)

    def clear(self) -> None:
        """Forget what is held."""
        self._gripper.clear()
        self._held = ""

    def _hold_of(self, name: str) -> Hold | None:
        return self._gripper.hold if name == self._held else None

    def _nearest(self, hand: HandState, states: Iterable[tuple[str, FilterState]]) -> str:
        since_ns = hand.stamp_ns - to_ns(self._settings.grasp_settled)
        within = {
            name: float(np.linalg.norm(state.pose.position - hand.pose.position))
            for name, state in states
            if since_ns - state.stamp_ns <= to_ns(self._settings.grasp_seen)
        }
        near = {name: distance for name, distance in within.items() if distance <= self._settings.grasp_reach}
        return min(near, key=lambda name: near[name]) if near else ""


def _moved(state: FilterState, motion: Pose, pushed: bool) -> FilterState:
    """Return the state after a motion of the base frame, less certain by what may have slipped."""
    pose = compose(motion, state.pose)
    shift = float(np.linalg.norm(pose.position - state.pose.position))
    turn = float(np.linalg.norm(rotation_vector(motion.quaternion)))
    doubt = SLIP * np.repeat([shift, turn], 3)
    turned = _turned(matrix_from_quaternion(motion.quaternion))
    growth = np.diag(doubt**2 + (PUSHED**2 if pushed else 0.0))
    return replace(
        state,
        pose=pose,
        random=turned @ state.random @ turned.T,
        lasting=turned @ state.lasting @ turned.T + growth,
        lag=turned @ state.lag,
    )


def _turned(rotation: Array) -> Array:
    turned = np.zeros((6, 6))
    turned[:3, :3] = turned[3:, 3:] = rotation
    return turned
