"""Runs seeded episodes through the services of the graph, and watches the ground truth."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.client import Client
from rclpy.node import Node
from std_srvs.srv import Trigger

from diffpol_ros.core.errors import ObservationError, RobotError
from diffpol_ros.nodes.heartbeat import TOPIC as HEARTBEAT
from diffpol_ros.nodes.heartbeat import from_heartbeat_message
from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.quality import EVENTS, STATES
from diffpol_ros.nodes.quick_executor import guest_executor
from diffpol_ros.trials.lift import LiftJudge, LiftTask, Outcome

TRIGGERS = ("bridge/stop", "twin/reset", "estimation/reset", "policy/reset", "bridge/reset", "bridge/enable")
SPIN_S = 0.05
START_DEADLINE_S = 60.0
SERVICE_DEADLINE_S, SERVICE_ATTEMPTS = 12.0, 4
ENABLE_DEADLINE_S, FIT_DEADLINE_S = 5.0, 5.0
TRUTH_DEADLINE_S = 3.0
SETTLE_S, RETRY_S = 0.4, 0.2


@dataclass(frozen=True)
class GateStop:
    """When the gate said Stop [ns], in what words, and its name."""

    stamp_ns: int
    message: str
    name: str


class Conductor:
    """Leads the graph through episodes, from one thread; `health` raises when a process of the graph has died."""

    def __init__(
        self,
        node: Node,
        task: LiftTask | None = None,
        object_name: str = "block",
        health: Callable[[], None] = lambda: None,
    ) -> None:
        """Connect `node` to the graph's services and topics."""
        self._node = node
        self._task = task or LiftTask()
        self._health = health
        self._truth: tuple[int, float] | None = None
        self._estimate_ns = 0
        self._gate_heard = self._policy_heard = self._policy_fit = False
        self._stopped: GateStop | None = None
        self._taken = ExitStack()
        self._executor = self._taken.enter_context(guest_executor(node.context))
        self._executor.add_node(node)
        self._triggers = {name: node.create_client(Trigger, name) for name in TRIGGERS}
        self._parameters = node.create_client(SetParameters, "twin/set_parameters")
        node.create_subscription(PoseStamped, f"twin/truth/{object_name}", self._on_truth, STATES)
        topic = f"objects/{object_name}/pose"
        node.create_subscription(PoseWithCovarianceStamped, topic, self._on_estimate, EVENTS)
        node.create_subscription(DiagnosticArray, "gate", self._on_gate, EVENTS)
        node.create_subscription(DiagnosticArray, HEARTBEAT, self._on_heartbeat, EVENTS)

    def close(self) -> None:
        """Let go of the node; not to be used any more."""
        del self._executor
        self._taken.close()

    def wait_for_graph(self, deadline_s: float = START_DEADLINE_S) -> None:
        """Return when every service is there, and twin, bridge and policy speak; name what lacks at the deadline."""
        if not self._wait(lambda: not self._missing(), deadline_s):
            wanted = ", ".join(self._missing())
            raise RobotError(f"after {deadline_s:.0f} s the graph still lacks {wanted}: see its nodes' logs")

    def _missing(self) -> list[str]:
        clients = (*self._triggers.values(), self._parameters)
        missing = [client.srv_name for client in clients if not client.service_is_ready()]
        spoke = {
            "the twin's ground truth": self._truth is not None,
            "a verdict of the bridge's gate": self._gate_heard,
            "the policy's heartbeat": self._policy_heard,
        }
        return missing or [what for what, heard in spoke.items() if not heard]

    def run(self, seeds: Sequence[int]) -> Iterator[Outcome]:
        """Run one episode a seed, and yield its outcome when it ends."""
        for seed in seeds:
            self.prepare(seed)
            yield self.watch(seed)
        self.call("bridge/stop")

    def prepare(self, seed: int) -> None:
        """Stop the arm, set the scene of `seed`, make estimation and bridge forget the last episode."""
        self.call("bridge/stop")
        self._set_seed(seed)
        self.call("twin/reset")
        # Images exposed before the reset are still on their way: what they show must be forgotten as well.
        self._wait(lambda: False, SETTLE_S)
        self.call("estimation/reset")
        self.call("bridge/reset")

    def watch(self, seed: int) -> Outcome:
        """Enable the arm, let the policy begin, and watch until the episode is decided."""
        start_ns, rest = self._fresh_truth()
        judge = LiftJudge(self._task, seed, start_ns, rest)
        if not self._wait(lambda: self._estimate_ns > start_ns, SERVICE_DEADLINE_S):
            return judge.decide(self._fresh_truth()[0], False, "the block is not seen: no estimate arrived")
        # After a start topics are found one by one. A policy that stays unfit is the episode's to tell.
        self._wait(lambda: self._policy_fit, FIT_DEADLINE_S)
        self._stopped = None
        self._enable()
        # Last, so that the first chunk is computed from what is seen now: the bridge refuses older ones.
        self.call("policy/reset")
        start_ns, rest = self._fresh_truth()
        judge = LiftJudge(self._task, seed, start_ns, rest)
        while True:
            stamp_ns, height = self._fresh_truth()
            outcome = judge.see(stamp_ns, height)
            stop = self._stop_since(start_ns)
            if outcome is None and stop is not None:
                decided = judge.decide(stamp_ns, False, f"the gate stopped the arm: {stop.message}")
                outcome = replace(decided, stop=stop.name)
            if outcome is not None:
                return outcome

    def _stop_since(self, start_ns: int) -> GateStop | None:
        return self._stopped if self._stopped is not None and self._stopped.stamp_ns > start_ns else None

    def call(self, name: str) -> None:
        """Call a service of type Trigger, or raise with its own words."""
        response = self._request(self._triggers[name], Trigger.Request())
        if not response.success:
            raise RobotError(f"{name} refuses: {response.message}")

    def _enable(self) -> None:
        """Enable the arm; what it lacks for that, such as a policy that was just busy, is given time to come."""
        deadline = time.monotonic() + ENABLE_DEADLINE_S
        while True:
            try:
                return self.call("bridge/enable")
            except RobotError:
                if time.monotonic() > deadline:
                    raise
            self._wait(lambda: False, RETRY_S)

    def _set_seed(self, seed: int) -> None:
        value = ParameterValue(type=ParameterType.PARAMETER_INTEGER, integer_value=seed)
        request = SetParameters.Request(parameters=[Parameter(name="seed", value=value)])
        result = self._request(self._parameters, request).results[0]
        if not result.successful:
            raise RobotError(f"the twin refuses seed {seed}: {result.reason}")

    def _request(self, client: Client, request: Any) -> Any:
        # A server that has not met the client yet answers into the void; every request here may be repeated.
        for _ in range(SERVICE_ATTEMPTS):
            future = client.call_async(request)
            if self._wait(future.done, SERVICE_DEADLINE_S / SERVICE_ATTEMPTS):
                return future.result()
            client.remove_pending_request(future)
        raise RobotError(f"{client.srv_name} did not answer within {SERVICE_DEADLINE_S:.0f} s: its node hangs")

    def _fresh_truth(self) -> tuple[int, float]:
        """Return the next sample of the truth: its stamp [ns] and the block's height [m]."""
        self._truth = None
        if not self._wait(lambda: self._truth is not None, TRUTH_DEADLINE_S) or self._truth is None:
            raise RobotError(f"no ground truth for {TRUTH_DEADLINE_S:.0f} s: the twin is dead or hangs; see its log")
        return self._truth

    def _wait(self, done: Callable[[], bool], deadline_s: float) -> bool:
        """Serve the node's callbacks until `done`, at most for `deadline_s` [s]."""
        deadline = time.monotonic() + deadline_s
        while not done():
            if time.monotonic() > deadline:
                return False
            self._executor.spin_once(timeout_sec=SPIN_S)
            self._health()
        return True

    def _on_truth(self, message: PoseStamped) -> None:
        self._truth = (from_stamp(message.header.stamp), float(message.pose.position.z))

    def _on_estimate(self, message: PoseWithCovarianceStamped) -> None:
        self._estimate_ns = from_stamp(message.header.stamp)

    def _on_heartbeat(self, message: DiagnosticArray) -> None:
        self._policy_heard = True
        with suppress(ObservationError):
            self._policy_fit = from_heartbeat_message(message).fit

    def _on_gate(self, message: DiagnosticArray) -> None:
        self._gate_heard = True
        for status in message.status:
            if status.message.lower().startswith("stop"):
                names = [each.value for each in status.values if each.key == "name"]
                why = status.message.partition(":")[2].strip()
                self._stopped = GateStop(from_stamp(message.header.stamp), why, names[0] if names else "")
