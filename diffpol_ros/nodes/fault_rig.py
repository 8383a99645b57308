"""What both rigs have in common: a person at the graph."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.core.clock import to_ns
from diffpol_ros.faults.audit import Audit
from diffpol_ros.faults.received import Findings, Received
from diffpol_ros.faults.rig import Answer, RigError, Seen
from diffpol_ros.faults.starvation import Starvation
from diffpol_ros.faults.stillness import heard_out, last_arrival_ns
from diffpol_ros.nodes.fault_operator import Operator
from diffpol_ros.nodes.quality import EVENTS

# The gate repeats itself every 0.1 s.
FRESH_NS, SPEAKS_WITHIN_NS = to_ns(0.2), to_ns(1.0)


class OperatedRig(ABC):
    """The parts of `faults.rig.Rig` that only need an operator, and what reached the backend."""

    def __init__(self, operator: Operator, audit: Audit, slack_s: float) -> None:
        """Act through `operator`, judge by `audit`; the stamps of `received` are certain to `slack_s` [s]."""
        self._operator, self._audit, self._slack_ns = operator, audit, to_ns(slack_s)
        self._chance = random.Random(0)
        self._starvation = Starvation()

    @property
    def stall(self) -> float:
        """For how long a thread waited for a processor [s], at worst, since `watch_stall`."""
        return self._starvation.worst()

    def now_ns(self) -> int:
        """Return the steady time [ns]."""
        return self._operator.now_ns()

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        """Return when `condition` holds; RigError at the deadline."""
        self._operator.wait(condition, deadline_s, what)

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> None:
        """Return at the steady time `end_ns`, or when `condition` holds."""
        self._operator.wait_until(end_ns, condition)

    def call(self, service: str) -> Answer:
        """Call a service."""
        return self._operator.call(service)

    def enable(self, deadline_s: float) -> None:
        """Enable, again and again until the bridge consents."""
        self._operator.enable(deadline_s)

    def verdicts(self) -> Sequence[Seen]:
        """Return the gate's verdicts since the trial began."""
        return self._operator.verdicts()

    @abstractmethod
    def received(self) -> Sequence[Received]:
        """Return the targets that reached the backend since the trial began."""

    def findings(self) -> Findings:
        """Return what is wrong with them."""
        received = self.received()
        # The gate's words come over the graph, which may be slower than the line that the targets are read from.
        self.wait_until(self.now_ns() + SPEAKS_WITHIN_NS, lambda: heard_out(received, self.verdicts()))
        return self._audit.findings(received, self.verdicts())

    def last_target_ns(self, answer: Seen) -> int:
        """Return when the last one came before the arm was let follow again after `answer` [ns]; -1: none did."""
        return last_arrival_ns(self.received(), self.verdicts(), answer, self._slack_ns)

    def add_publisher(self) -> Callable[[], None]:
        """Add a second publisher of action_chunk; the returned function removes it."""
        rival = self._operator.node.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)

        def remove() -> None:
            self._operator.node.destroy_publisher(rival)

        return remove

    def _says_command(self) -> bool:
        """Tell whether the gate lets the arm follow at this moment, and does not brake."""
        verdicts = self.verdicts()
        return bool(verdicts) and verdicts[-1].code == "command" and self.now_ns() - verdicts[-1].arrived_ns < FRESH_NS

    def _pass_time(self, duration_s: float) -> None:
        self._operator.wait_until(self.now_ns() + to_ns(duration_s), lambda: False)

    def _demand(self, services: Sequence[str]) -> None:
        for service in services:
            answer = self._operator.call(service)
            if not answer.success:
                raise RigError(f"{service} refuses: {answer.message}")
