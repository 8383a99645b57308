"""Whether the policy that the arm follows is there, is the one it was enabled for, and trusts itself."""

from dataclasses import dataclass
from itertools import pairwise

from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.types import ActionChunk

REMEMBERED = 8
STEP_TOLERANCE = 0.001


@dataclass(frozen=True)
class Heartbeat:
    """What a policy says of itself, many times a second.

    instance: of the process, new at each start. digest: of the verified bundle `model`, made for `robot` and acting in
    `base_frame`, its actions `step_s` [s] apart. fit: whether its chunks may be followed; `reason` says why not.
    """

    instance: str
    model: str
    digest: str
    robot: str
    base_frame: str
    step_s: float
    fit: bool
    reason: str = ""


@dataclass
class _Life:
    """When an instance was first and last heard [ns], and what it said last."""

    first_ns: int
    last_ns: int
    beat: Heartbeat


class PolicyWatch:
    """Listens to heartbeats; all times are in [ns] of one steady clock."""

    def __init__(self, robot: str, base_frame: str, silence_s: float) -> None:
        """Expect a policy for `robot`; it is missed after `silence_s` [s]."""
        self._robot, self._base_frame = robot, base_frame
        self._silence_ns = to_ns(silence_s)
        self._lives: dict[str, _Life] = {}
        self._newest: _Life | None = None
        self._armed = ""

    @property
    def newest(self) -> Heartbeat | None:
        """The last heartbeat, if any."""
        return self._newest.beat if self._newest else None

    def hear(self, beat: Heartbeat, now_ns: int) -> None:
        """Take a heartbeat."""
        life = self._lives.setdefault(beat.instance, _Life(now_ns, now_ns, beat))
        life.last_ns, life.beat = now_ns, beat
        self._newest = life
        while len(self._lives) > REMEMBERED:
            self._lives.pop(min(self._lives, key=lambda name: self._lives[name].last_ns))

    def missing(self, now_ns: int) -> str:
        """Return what an arm that is to be enabled lacks, or an empty text."""
        if self._newest is None:
            return "no policy is heard: nothing arrives on policy/status; start the policy node"
        if self._is_silent(self._newest, now_ns):
            said = "" if self._newest.beat.fit else f"; its last words: {self._newest.beat.reason}"
            return f"{self._silence(self._newest, now_ns)}: start the policy node again{said}"
        return self._rivals(now_ns) or self._misfit(self._newest.beat)

    def arm(self) -> None:
        """Expect the bundle that was heard last, and no other."""
        self._armed = self._newest.beat.digest if self._newest else ""

    def judge(self, now_ns: int) -> Hold | Stop | None:
        """Return why an enabled arm must not follow its policy, or None."""
        newest = self._newest
        if newest is None:
            return Hold("policy_silent", "no policy is heard")
        rivals = self._rivals(now_ns)
        if rivals:
            return Stop("two_publishers", rivals)
        if newest.beat.digest != self._armed:
            return Stop("bundle_changed", self._change(newest.beat))
        if self._is_silent(newest, now_ns):
            return Hold("policy_silent", self._silence(newest, now_ns))
        return None if newest.beat.fit else Hold("policy_unfit", f"the policy is unfit: {newest.beat.reason}")

    def misstep(self, chunk: ActionChunk) -> str:
        """Return how the chunk's actions are spaced otherwise than its policy says, or an empty text."""
        beat = self.newest
        if beat is None or len(chunk) < 2:
            return ""
        steps_s = [to_seconds(later - earlier) for earlier, later in pairwise(chunk.stamps_ns)]
        step_s = max(steps_s, key=lambda step_s: abs(step_s - beat.step_s))
        if abs(step_s - beat.step_s) <= STEP_TOLERANCE:
            return ""
        return f"actions {step_s:.4f} s apart, the policy {beat.model} says {beat.step_s} s"

    def _is_silent(self, life: _Life, now_ns: int) -> bool:
        return not 0 <= now_ns - life.last_ns <= self._silence_ns

    def _silence(self, life: _Life, now_ns: int) -> str:
        return f"the policy has been silent for {to_seconds(now_ns - life.last_ns):.2f} s"

    def _rivals(self, now_ns: int) -> str:
        """Return which two policies live beside each other, or an empty text.

        One that took over from a killed one was first heard after the other's last word.
        """
        live = [life for life in self._lives.values() if 0 <= now_ns - life.last_ns <= 2 * self._silence_ns]
        live.sort(key=lambda life: life.first_ns)
        for elder, younger in pairwise(live):
            if elder.last_ns > younger.first_ns:
                names = " and ".join(f"{each.beat.model} ({each.beat.instance})" for each in (elder, younger))
                return f"two policies speak on policy/status: {names}; leave one"
        return ""

    def _misfit(self, beat: Heartbeat) -> str:
        if not beat.digest:
            return f"the policy {beat.model} has no verified bundle: {beat.reason}"
        if beat.robot != self._robot:
            return f"the policy {beat.model} is for robot {beat.robot!r}, this is {self._robot!r}: choose its `model`"
        if beat.base_frame != self._base_frame:
            return (
                f"the policy {beat.model} acts in frame {beat.base_frame!r}, the robot's base frame is "
                f"{self._base_frame!r}: choose its `model`"
            )
        return ""

    def _change(self, beat: Heartbeat) -> str:
        if not beat.digest:
            return f"the policy {beat.model} has no verified bundle any more: {beat.reason}"
        return f"the policy became {beat.model} {beat.digest[:12]}, the arm was enabled for {self._armed[:12]}"
