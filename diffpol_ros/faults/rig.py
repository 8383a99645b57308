"""What a fault can do to a running graph: to one with a scripted robot and policy, and to the whole one in the twin."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.faults.passages import Answers, Line, Relay
from diffpol_ros.faults.received import Findings, Received
from diffpol_ros.faults.scripted_policy import ScriptedPolicy
from diffpol_ros.faults.scripted_robot import ScriptedRobot


class RigError(DiffpolError):
    """The graph did not do in time what a trial needs of it."""


@dataclass(frozen=True)
class Seen:
    """A verdict of the gate as its topic told it: when it arrived (steady) and when it was made (stamp) [ns].

    delay_ns: how long it was on its way and waited to be heard; 0 where its stamp is of a clock that was set.
    """

    arrived_ns: int
    stamp_ns: int
    word: str
    name: str
    reason: str
    delay_ns: int = 0

    @property
    def made_ns(self) -> int:
        """When it was made (steady) [ns]."""
        return self.arrived_ns - self.delay_ns

    @property
    def code(self) -> str:
        """Return it as faults name it: command, hold.state_old, stop.robot_lost; command.workspace while braking."""
        return self.word.lower() + (f".{self.name}" if self.name else "")


@dataclass(frozen=True)
class Answer:
    """What a service of type Trigger answered."""

    success: bool
    message: str


class Rig(Protocol):
    """A running graph whose arm moves, as every fault sees it."""

    @property
    def name(self) -> str:
        """How the table calls it."""
        ...

    @property
    def dead(self) -> str:
        """Why it must be started anew; empty while it lives."""
        ...

    @property
    def stall(self) -> float:
        """For how long a thread waited for a processor [s], at worst, since `watch_stall`."""
        ...

    def watch_stall(self) -> None:
        """Count from now on how long threads wait."""
        ...

    def now_ns(self) -> int:
        """Return the steady time [ns], in which times to safe are measured."""
        ...

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        """Return when `condition` holds; RigError naming `what` at the deadline."""
        ...

    def call(self, service: str) -> Answer:
        """Call a service of type Trigger, such as bridge/stop, and return its answer."""
        ...

    def verdicts(self) -> Sequence[Seen]:
        """Return the gate's verdicts since the trial began, oldest first."""
        ...

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> None:
        """Return at the steady time `end_ns`, or before when `condition` holds."""
        ...

    def enable(self, deadline_s: float) -> None:
        """Enable, again and again until the bridge consents; RigError with its last words at the deadline."""
        ...

    def begin(self) -> None:
        """Begin a trial: bring everything in order, let the arm follow, forget what was seen before.

        When it returns the gate says COMMAND and the arm is under way.
        """
        ...

    def received(self) -> Sequence[Received]:
        """Return the targets that reached the backend since the trial began, oldest first."""
        ...

    def findings(self) -> Findings:
        """Return what is wrong with the targets that reached the backend since the trial began."""
        ...

    def last_target_ns(self, answer: Seen) -> int:
        """Return when the last target came before the arm was let follow again after `answer` [ns]; -1: none did."""
        ...

    def restart(self) -> None:
        """Start what cannot come back by itself."""
        ...


class FakeRig(Rig, Protocol):
    """The real bridge node with a scripted robot and a scripted policy: anything a backend may do, in a second."""

    @property
    def robot(self) -> ScriptedRobot:
        """The backend under the bridge."""
        ...

    @property
    def policy(self) -> ScriptedPolicy:
        """What sends chunks."""
        ...

    def jump_clock(self, by_s: float) -> None:
        """Set this machine's clock forward by `by_s` [s], as bridge and policy see it; the robot's own goes on."""
        ...

    def add_publisher(self) -> Callable[[], None]:
        """Add a second publisher of action_chunk; the returned function removes it."""
        ...

    def break_kinematics(self, value: float) -> Callable[[], None]:
        """Let the inverse kinematics give `value`; the returned function mends them."""
        ...


class TwinRig(Rig, Protocol):
    """The whole graph in the twin, as real processes."""

    @property
    def arm_line(self) -> Line:
        """The way from the bridge to the arm's server."""
        ...

    @property
    def gripper_line(self) -> Line:
        """The way from the bridge to the gripper's server."""
        ...

    @property
    def answers(self) -> Answers:
        """What the arm's server says of the robot."""
        ...

    def relay(self, topic: str) -> Relay:
        """Return the relay of `topic`; the fault must name it in its `relays`."""
        ...

    def signal(self, node: str, number: signal.Signals) -> None:
        """Send a signal to the process of a node; after SIGKILL it is awaited."""
        ...

    def process_id(self, node: str) -> int:
        """Return the process of a node, the newest where it was respawned."""
        ...

    def terminate_controller(self) -> None:
        """End the controller of the robot's server, as another client."""
        ...

    def jump_clock(self, by_s: float) -> None:
        """Set the bridge's wall clock forward by `by_s` [s]; the fault must ask for a `clock`."""
        ...

    def log(self, node: str) -> str:
        """Return what a node has written."""
        ...

    def add_publisher(self) -> Callable[[], None]:
        """Add a second publisher of action_chunk; the returned function removes it."""
        ...
