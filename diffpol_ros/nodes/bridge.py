"""What the bridge does at each tick and when it is asked, without ROS: robot link and follower joined."""

from dataclasses import dataclass

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.chunk_check import Refusal
from diffpol_ros.control.follower import ArmingError, Follower
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import ActionChunk, RobotState
from diffpol_ros.robots.link import RobotLink


@dataclass(frozen=True, eq=False)
class Tick:
    """What one tick saw and decided; `state` is None without a robot or without a new tick of it."""

    now_ns: int
    state: RobotState | None
    verdict: Verdict


class Bridge:
    """Keeps the robot's controller running only while the follower is enabled."""

    def __init__(self, link: RobotLink, follower: Follower, clock: AnchoredClock) -> None:
        """Join `link` and `follower`; `clock` tells the time of the chunks' stamps."""
        self.link, self.follower, self._clock = link, follower, clock
        self._stamp_ns = -1
        self._controlled = False

    def tick(self) -> Tick:
        """Poll the robot, step the follower, and end the controller on a Stop."""
        state = self.link.poll()
        now_ns = self._clock.now_ns()
        verdict = self._lost() if state is None else self.follower.step(now_ns, state)
        if isinstance(verdict, Stop):
            self._end_controller()
        fresh = state is not None and state.stamp_ns != self._stamp_ns
        self._stamp_ns = state.stamp_ns if state is not None else self._stamp_ns
        return Tick(now_ns, state if fresh else None, verdict)

    def accept(self, chunk: ActionChunk) -> Refusal | None:
        """Follow `chunk`, or return why not."""
        return self.follower.accept(chunk, self._clock.now_ns())

    def refuse_malformed(self, reason: str) -> None:
        """Stop for a chunk that cannot even be read; while disabled, only count it."""
        self.follower.counts["chunk.malformed"] += 1
        if self.follower.enabled:
            self.stop("malformed", reason)

    def enable(self) -> None:
        """Start the controller and follow; raises DiffpolError where that must not be."""
        if self.follower.enabled:
            return
        if self.follower.stopped is not None:
            raise ArmingError(f"stopped: {self.follower.stopped.reason}; look at the arm, then reset and enable")
        state = self.link.poll()
        if state is None:
            raise ArmingError(f"no robot: {self.link.complaint}")
        self._clock.anchor()
        self.follower.require_armable(self._clock.now_ns(), state)
        self._start()

    def stop(self, name: str, reason: str) -> None:
        """Latch a Stop and end the controller."""
        self.follower.stop(name, reason)
        self._end_controller()

    def reset(self) -> None:
        """Forget a Stop; the arm stays disabled."""
        self._end_controller()
        self.follower.reset()

    def close(self) -> None:
        """End the controller and hang up."""
        self._end_controller()
        self.link.robot.close()

    def _start(self) -> None:
        robot = self.link.robot
        try:
            robot.start_controller()
            self._controlled = True
            self.follower.enable(self._clock.now_ns(), robot.state())
        except RobotError as error:
            self._end_controller()
            self.link.lose(str(error))
            raise
        except ArmingError:
            self._end_controller()
            raise

    def _lost(self) -> Verdict:
        if self.follower.stopped is not None:
            return self.follower.stopped
        if self.follower.enabled:
            return self.follower.stop("robot_lost", f"the robot is lost: {self.link.complaint}")
        return Hold("no_robot", f"no robot: {self.link.complaint}")

    def _end_controller(self) -> None:
        """Let the robot hold where it is; one that is lost already does."""
        if not self._controlled:
            return
        self._controlled = False
        try:
            self.link.robot.stop()
        except RobotError as error:
            self.link.lose(str(error))
