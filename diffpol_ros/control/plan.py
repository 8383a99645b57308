"""Which chunk the arm follows, and which it may follow next."""

from diffpol_ros.control.chunk_check import NEVER_NS, ChunkCheck, Held, Moment, Refusal
from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.interpolation import ChunkPath, Waypoint
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import Gripper
from diffpol_ros.core.types import ActionChunk, Pose

IDLE = ("not_enabled", "no_chunk", "chunk_ended", "no_time")
"""Holds for want of something to follow: what is observed meanwhile may be followed."""


class Plan:
    """The newest chunk that was accepted, as a path.

    After a cause to hold nothing from before is followed: the path is dropped, and what was observed until the cause
    was last there is refused. A Hold for want of a chunk has no such cause.
    """

    def __init__(self, gripper: Gripper, settings: FollowerSettings) -> None:
        """Judge chunks by `settings`."""
        self._check = ChunkCheck(gripper, settings)
        self._minimum_lead, self._lead_ns = settings.minimum_lead, to_ns(settings.command_lead)
        self.refusal: Refusal | None = None
        """Why the last chunk was refused, if it was."""
        self.begin(NEVER_NS)

    def begin(self, enabled_ns: int) -> None:
        """Follow nothing observed before `enabled_ns`, the robot's stamp when it is enabled."""
        self._enabled_ns, self._newest_ns = enabled_ns, NEVER_NS
        self._held = Held(NEVER_NS)
        self._path: ChunkPath | None = None

    def judge(self, chunk: ActionChunk, now_ns: int, pose: Pose) -> Refusal | None:
        """Return why `chunk` must not be followed from `pose`, or None."""
        return self._check.refusal(chunk, Moment(now_ns, self._enabled_ns, self._newest_ns, pose, self._held))

    def follow(self, chunk: ActionChunk, present: Waypoint, now_ns: int) -> None:
        """Go on from `present`, where the arm was told to be at `now_ns`."""
        self._path = ChunkPath(present, now_ns + self._lead_ns, chunk, self._minimum_lead)
        self._newest_ns = chunk.observation_stamp_ns

    def drop(self, now_ns: int, robot_ns: int, name: str) -> None:
        """Drop what is followed: now, when the robot's stamp is `robot_ns`, there is a cause to hold of that `name`."""
        # The robot's stamp may be ahead of our clock, and stands where the robot is frozen.
        self._path, self._held = None, Held(max(now_ns, robot_ns), name)

    def sample(self, now_ns: int) -> tuple[Pose, float] | None:
        """Return pose and gripper width [m] to go for at `now_ns`, if there are any."""
        due_ns = now_ns + self._lead_ns
        if self._path is None or due_ns > self._path.end_ns:
            return None
        return self._path.sample(due_ns)

    def waiting(self) -> Finding:
        """Say what is missing where there is nothing to follow."""
        name, reason = ("no_chunk", "no chunk yet") if self._path is None else ("chunk_ended", "the chunk is used up")
        return Finding(name, f"{reason}; the last one was refused: {self.refusal.reason}" if self.refusal else reason)
