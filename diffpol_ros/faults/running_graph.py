"""The twin's graph as real processes, with lines to the robot that can be pulled."""

import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.resources import find_resource
from diffpol_ros.faults.answers import Answers
from diffpol_ros.faults.graph_plan import Hands, with_hands_in_it
from diffpol_ros.faults.line import ProxyLine, proxy_line
from diffpol_ros.faults.overheard import Overheard
from diffpol_ros.faults.rig import RigError
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.description import twin_graph
from diffpol_ros.graph.ports import free_ports
from diffpol_ros.graph.respawn import RespawnRule
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor
from diffpol_ros.robots.base import ControllerStopped
from diffpol_ros.robots.polymetis.channel import PolymetisChannel
from diffpol_ros.robots.polymetis.messages import CONTROLLER_METHODS, Empty

MOST_RESPAWNS = 1_000_000
CALL_DEADLINE_S = 3.0


class RunningGraph:
    """Starts, breaks and ends it, again and again."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        hands: Hands,
        on_request: Callable[[bytes], None] = lambda request: None,
    ) -> None:
        """Prepare a graph that logs into `folder`, with a fault's `hands` in it.

        `on_request` gets the messages of each call that reaches the arm's server.
        """
        self._folder, self._environment, self._hands = folder, environment, hands
        self._on_request = on_request
        self.answers = Answers()
        self._supervisor: Supervisor | None = None
        self._stack = ExitStack()
        self._server_port = 0
        self._lines: tuple[ProxyLine, ...] = ()
        self.starts = 0
        self.end = ""

    @property
    def arm_line(self) -> ProxyLine:
        """The way from the bridge to the arm's server."""
        return self._lines[0]

    @property
    def gripper_line(self) -> ProxyLine:
        """The way from the bridge to the gripper's server."""
        return self._lines[1]

    def mend_lines(self) -> None:
        """Let everything pass as it is."""
        self.answers.mend()
        for line in self._lines:
            line.resume()

    def start(self) -> None:
        """Start the graph, again where it runs."""
        self.stop()
        self.starts, self.end = self.starts + 1, ""
        real = free_ports(2)
        self._server_port = real[0]
        with ExitStack() as stack:
            arm = stack.enter_context(proxy_line(real[0], lambda: Overheard(self._on_request), self.answers.begin))
            gripper = stack.enter_context(proxy_line(real[1]))
            self._lines = (arm, gripper)
            given = LaunchArguments(arm_port=real[0], gripper_port=real[1], record=False, models=self._models())
            graph = with_hands_in_it(twin_graph(given), self._hands, arm.port, gripper.port)
            rule = RespawnRule(SteadyClock(), MOST_RESPAWNS)
            supervisor = Supervisor(graph, self._folder / f"graph-{self.starts}", self._environment, rule)
            self._supervisor = stack.enter_context(supervisor)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """End every process of it."""
        self._stack.close()
        self._supervisor = None

    def check(self) -> None:
        """Start again what was killed and may be; where the graph ended instead, `end` says why."""
        if self._supervisor is not None and not self.end:
            try:
                self._supervisor.check()
            except NodeFailure as failure:
                self.end = str(failure)

    def signal(self, node: str, number: signal.Signals) -> None:
        """Send a signal to a node's process; a killed one is gone when this returns."""
        process = self._running.process(node)
        process.send_signal(number)
        if number is signal.SIGKILL:
            process.wait()

    def process_id(self, node: str) -> int:
        """Return the process of a node."""
        return self._running.process(node).pid

    def terminate_controller(self) -> None:
        """End the controller of the robot's server, as another client; one that has ended by then is ended."""
        channel = PolymetisChannel(f"127.0.0.1:{self._server_port}", CONTROLLER_METHODS, "the twin")
        channel.open()
        try:
            with suppress(ControllerStopped):
                channel.call("TerminateController", Empty(), CALL_DEADLINE_S)
        finally:
            channel.close()

    def log(self, node: str) -> str:
        """Return what a node has written."""
        path = self._folder / f"graph-{self.starts}" / f"{node}.log"
        return path.read_text(encoding="utf-8", errors="replace")

    def _models(self) -> str:
        """Return the folder of the policy's bundle, changed where a fault wants that; empty: the shipped one."""
        if self._hands.bundle is None:
            return ""
        models, name = self._folder / "models", LaunchArguments().model
        if not models.exists():
            shutil.copytree(find_resource("models", name), models / name)
            self._hands.bundle(models / name)
        return str(models)

    @property
    def _running(self) -> Supervisor:
        if self._supervisor is None:
            raise RigError("the graph does not run")
        return self._supervisor
