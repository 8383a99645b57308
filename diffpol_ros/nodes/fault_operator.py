"""A person at the graph: calls its services, and keeps what gate and bridge say; listens in a thread of its own."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.client import Client
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from diffpol_ros.core.clock import SteadyClock, SystemClock, to_ns
from diffpol_ros.faults.rig import Answer, RigError, Seen
from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.quality import RECORDED_EVENTS, RECORDED_STATES
from diffpol_ros.nodes.quick_executor import guest_executor
from diffpol_ros.nodes.spinner import Spinner

POLL_S = 0.002
SERVICE_DEADLINE_S = 10.0
ANSWER_S, ATTEMPTS = 3.0, 4
AGAIN_S = 0.05
KEPT = 20_000
LONGEST_DELAY_NS = to_ns(0.5)
"""Of a message within one machine; a stamp further from the time is of a clock that was set."""


class Operator:
    """Its executor spins in a thread, so that whoever injects a fault may block."""

    def __init__(self, node: Node, health: Callable[[], None] = lambda: None) -> None:
        """Listen as `node`; `health` raises when waiting has become pointless."""
        self.node, self._health = node, health
        self._steady, self._wall = SteadyClock(), SystemClock()
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._targets: deque[JointState] = deque(maxlen=KEPT)
        self._states: deque[JointState] = deque(maxlen=KEPT)
        self._clients: dict[str, Client] = {}
        self._taken = ExitStack()
        self._executor = self._taken.enter_context(guest_executor(node.context))
        node.create_subscription(DiagnosticArray, "gate", self._on_gate, RECORDED_EVENTS)
        node.create_subscription(JointState, "joint_targets", self._on_target, RECORDED_STATES)
        node.create_subscription(JointState, "joint_states", self._on_state, RECORDED_STATES)
        self._executor.add_node(node)
        self._spinner = Spinner(self._executor, "operator")

    def start(self) -> None:
        """Begin to listen."""
        self._spinner.start()

    def add(self, node: Node) -> None:
        """Let another node of this process live in the same thread."""
        self._executor.add_node(node)

    def close(self) -> None:
        """Stop listening; not to be used any more."""
        self._spinner.close()
        del self._spinner, self._executor
        self._taken.close()

    def now_ns(self) -> int:
        """Return the steady time [ns]."""
        return self._steady.now_ns()

    def verdicts(self) -> Sequence[Seen]:
        """Return the gate's verdicts since `forget`."""
        return list(self._seen)

    def targets(self) -> Sequence[JointState]:
        """Return the targets that the bridge told since `forget`."""
        return list(self._targets)

    def states(self) -> Sequence[JointState]:
        """Return the robot's ticks that the bridge told since `forget`."""
        return list(self._states)

    def forget(self) -> None:
        """Forget what was heard."""
        for heard in (self._seen, self._targets, self._states):
            heard.clear()

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> bool:
        """Return whether `condition` came to hold before the steady time `end_ns`."""
        while not condition():
            self._health()
            if self.now_ns() > end_ns:
                return False
            time.sleep(POLL_S)
        return True

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        """Return when `condition` holds, or raise RigError naming `what` and the gate's last words."""
        if not self.wait_until(self.now_ns() + to_ns(deadline_s), condition):
            seen = self._seen[-1] if self._seen else None
            words = f"{seen.code}: {seen.reason}" if seen else "nothing"
            raise RigError(f"{what} did not come within {deadline_s:g} s; the gate says {words}")

    def require(self, services: Sequence[str], deadline_s: float) -> None:
        """Return when every one of `services` is offered and the gate has spoken."""
        for service in services:
            self.wait(self._client(service).service_is_ready, deadline_s, service)
        self.wait(self.verdicts, deadline_s, "the gate's first verdict")

    def call(self, service: str) -> Answer:
        """Call a service of type Trigger."""
        client = self._client(service)
        self.wait(client.service_is_ready, SERVICE_DEADLINE_S, service)
        for _ in range(ATTEMPTS):
            # A server that was started again and has not met the client yet answers into the void.
            future = client.call_async(Trigger.Request())
            if self.wait_until(self.now_ns() + to_ns(ANSWER_S), future.done):
                response = future.result()
                assert response is not None
                return Answer(bool(response.success), str(response.message))
            client.remove_pending_request(future)
        raise RigError(f"{service} did not answer {ATTEMPTS} times within {ANSWER_S:g} s")

    def enable(self, deadline_s: float) -> None:
        """Call bridge/enable until the bridge consents, as a person would who waits for the robot."""
        end_ns = self.now_ns() + to_ns(deadline_s)
        while not (answer := self.call("bridge/enable")).success:
            if self.wait_until(self.now_ns() + to_ns(AGAIN_S), lambda: self.now_ns() > end_ns):
                raise RigError(f"bridge/enable refuses for {deadline_s:g} s: {answer.message}")

    def _client(self, service: str) -> Client:
        if service not in self._clients:
            self._clients[service] = self.node.create_client(Trigger, service)
        return self._clients[service]

    def _on_target(self, message: JointState) -> None:
        self._targets.append(message)

    def _on_state(self, message: JointState) -> None:
        self._states.append(message)

    def _on_gate(self, message: DiagnosticArray) -> None:
        statuses: list[DiagnosticStatus] = list(message.status)
        status = statuses[0]
        values = {each.key: each.value for each in status.values}
        stamp_ns = from_stamp(message.header.stamp)
        delay_ns = self._wall.now_ns() - stamp_ns
        self._seen.append(
            Seen(
                arrived_ns=self.now_ns(),
                stamp_ns=stamp_ns,
                delay_ns=delay_ns if 0 <= delay_ns <= LONGEST_DELAY_NS else 0,
                word=values["verdict"],
                name=values["name"],
                reason=values["reason"],
            )
        )
