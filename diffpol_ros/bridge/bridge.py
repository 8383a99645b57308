"""What the bridge does at each tick and when it is asked, without ROS: robot link, policy and follower joined."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from diffpol_ros.bridge.stop_requests import StopRequests
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.chunk_check import Refusal
from diffpol_ros.control.follower import ArmingError, Follower, counter_of
from diffpol_ros.control.policy_watch import Heartbeat, PolicyWatch
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import Clock, SteadyClock
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.types import ActionChunk, RobotState
from diffpol_ros.robots.base import Robot
from diffpol_ros.robots.link import RobotLink


@dataclass(frozen=True, eq=False)
class Tick:
    """What one tick saw and decided; `state` is None without a robot or without a new tick of it."""

    now_ns: int
    state: RobotState | None
    verdict: Verdict


class Bridge:
    """Keeps the robot's controller running only while the follower is enabled.

    All of it but `condemn` and `stops` belongs to one thread. Without `policy` no heartbeat is asked for.
    """

    def __init__(
        self,
        link: RobotLink,
        follower: Follower,
        clock: AnchoredClock,
        policy: PolicyWatch | None = None,
        steady: Clock | None = None,
        stops: StopRequests | None = None,
    ) -> None:
        """Join them; `clock` tells the time of the chunks' stamps, `steady` how long things last."""
        self.link, self.follower, self.policy = link, follower, policy
        self._clock, self._steady = clock, steady or SteadyClock()
        self.stops, self._stamp_ns = stops or StopRequests(), -1
        self._early: ActionChunk | None = None

    @property
    def now_ns(self) -> int:
        """The time of the chunks' stamps."""
        return self._clock.now_ns()

    @property
    def counts(self) -> Counter[str]:
        """How often each thing happened, by name."""
        return self.follower.counts

    def tick(self) -> Tick:
        """Poll the robot and step the follower; `settle` follows, once the verdict was told."""
        state = self.link.poll()
        self._latch_asked()
        now_ns = self._clock.now_ns()
        verdict = self._lost() if state is None else self.follower.step(now_ns, state, self._veto())
        self._accept_early()
        fresh = state is not None and state.stamp_ns != self._stamp_ns
        self._stamp_ns = state.stamp_ns if state is not None else self._stamp_ns
        return Tick(now_ns, state if fresh else None, verdict)

    def settle(self) -> None:
        """End the controller after a Stop, which may take long where the robot does not answer."""
        if self.follower.stopped is not None:
            self.link.end_controller()

    def condemn(self, stop: Stop) -> Stop:
        """Let the arm stop before anything more is sent; from any thread, also while a call to the robot hangs."""
        return self.stops.ask(stop)

    def overdue(self, verdict: Hold | Stop) -> Verdict:
        """Return what becomes of `verdict` on a call to the robot that hangs: a Stop of an enabled arm is for good."""
        if isinstance(verdict, Stop) and self.follower.enabled:
            self.condemn(verdict)
        return self.follower.stopped or self.stops.pending or Hold("robot_late", verdict.reason)

    def hear(self, beat: Heartbeat, steady_ns: int) -> None:
        """Take what the policy said of itself at `steady_ns`."""
        if self.policy is not None:
            self.policy.hear(beat, steady_ns)

    def accept(self, chunk: ActionChunk) -> Refusal | None:
        """Follow `chunk`, or return why not."""
        reason = self.policy.misstep(chunk) if self.policy else ""
        if reason:
            self.refuse_malformed(reason)
            return Refusal("malformed", reason, malformed=True)
        refusal = self.follower.accept(chunk, self._clock.now_ns())
        # What forbade it may have ended since the last tick: then the next one takes it.
        self._early = chunk if refusal is not None and refusal.name == "vetoed" and self._veto() is None else None
        return refusal

    def refuse_malformed(self, reason: str) -> None:
        """Stop for a chunk that cannot even be read; while disabled, only count it."""
        self.counts["chunk.malformed"] += 1
        if self.follower.enabled:
            self._latch(Stop("malformed", reason))

    def enable(self) -> None:
        """Start the controller and follow; raises DiffpolError where that must not be."""
        self._latch_asked()
        if not self.follower.enabled:
            self._counted("enable", self._arm)

    def recover(self) -> None:
        """Let the robot clear what it latched; a Stop stays until `reset`. Raises DiffpolError."""
        # A robot that latched an error may count as lost for it.
        self._counted("recover", lambda: self._idle_robot("recover").recover())
        self.link.try_now()

    def home_gripper(self) -> None:
        """Let the gripper find its stops anew, until a Stop is asked for; raises DiffpolError."""
        count, what = self.stops.count, "home the gripper"
        self._counted("home_gripper", lambda: self._idle_robot(what).hand.home(lambda: self.stops.count == count))

    def stop(self, name: str, reason: str) -> None:
        """Latch a Stop and end the controller."""
        self._latch(Stop(name, reason))
        self.settle()

    def reset(self, stops: int | None = None) -> None:
        """Forget the first `stops` Stops, or all; the arm stays disabled. ArmingError where one was asked for since."""
        self.link.end_any_controller()
        self.stops.forget(self.stops.count if stops is None else stops)
        self.follower.reset()

    def close(self) -> None:
        """End the controller and hang up."""
        self.link.close()

    def _counted(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except DiffpolError:
            self.counts[f"{name}.refused"] += 1
            raise
        self.counts[f"{name}.done"] += 1

    def _arm(self) -> None:
        self._require_not_stopped()
        if (state := self.link.poll()) is None:
            raise ArmingError(f"no robot: {self.link.complaint}")
        missing = self.policy.missing(self._steady.now_ns()) if self.policy else ""
        if missing:
            raise ArmingError(missing)
        self._clock.anchor()
        self.follower.require_armable(self._clock.now_ns(), state)
        state = self.link.start_controller()
        try:
            self._require_not_stopped()
            self.follower.enable(self._clock.now_ns(), state)
        except ArmingError:
            self.link.end_controller()
            raise
        if self.policy is not None:
            self.policy.arm()

    def _accept_early(self) -> None:
        chunk, self._early = self._early, None
        if chunk is not None:
            self.follower.accept(chunk, self._clock.now_ns())

    def _idle_robot(self, what: str) -> Robot:
        if self.follower.enabled:
            raise ArmingError(f"the arm is enabled: stop it, then {what}")
        return self.link.robot

    def _veto(self) -> Hold | Stop | None:
        if not self.follower.enabled:
            return None
        policy = self.policy
        return self._clock.judge() or (policy and policy.judge(self._steady.now_ns())) or self.stops.doubt

    def _require_not_stopped(self) -> None:
        self._latch_asked()
        if self.follower.stopped is not None:
            raise ArmingError(f"stopped: {self.follower.stopped.reason}; look at the arm, then reset and enable")

    def _latch_asked(self) -> None:
        if (asked := self.stops.pending) is not None:
            self._latch(asked)

    def _latch(self, stop: Stop) -> None:
        if self.follower.stopped is None:
            self.counts[counter_of(stop)] += 1
            self.follower.stop(stop.name, stop.reason)

    def _lost(self) -> Verdict:
        if self.follower.enabled:
            self._latch(Stop(self.link.fault, f"the robot is lost: {self.link.complaint}"))
        return self.follower.stopped or Hold("no_robot", f"no robot: {self.link.complaint}")
