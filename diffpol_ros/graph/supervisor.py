"""Runs a graph as real processes, starts again what was killed, and leaves nothing behind however it ends."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from diffpol_ros.core.clock import SteadyClock, to_ns
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.parent_death import end_with_parent
from diffpol_ros.graph.cleanup import identify, stop_groups
from diffpol_ros.graph.command import command, node_environment
from diffpol_ros.graph.description import NodeDescription
from diffpol_ros.graph.guard import Guard
from diffpol_ros.graph.precedence import stand_back
from diffpol_ros.graph.respawn import RESPAWN_DELAY_S, Consequence, RespawnRule
from diffpol_ros.graph.signals import deferred_signals

LINES_SHOWN = 4


class NodeFailure(DiffpolError):
    """A node of the graph ended, and the graph with it."""


@dataclass(frozen=True)
class RunningNode:
    """A started node: its process and the file its output goes to.

    lost: it ended, and the others go on. again_ns: when one that ended is started again, by a steady clock [ns].
    """

    description: NodeDescription
    process: subprocess.Popen[bytes]
    log: Path
    lost: bool = False
    again_ns: int | None = None


class Supervisor:
    """A context in which every node of a graph runs.

    Enter it from the main thread: a child is told of the death of the thread that started it.
    """

    def __init__(
        self,
        graph: Sequence[NodeDescription],
        log_folder: Path,
        environment: Mapping[str, str],
        rule: RespawnRule | None = None,
    ) -> None:
        """Prepare to start `graph` with `environment`; output goes to `log_folder`/<name>.log."""
        self._graph = tuple(graph)
        self._logs = log_folder
        self._environment = dict(environment)
        self._running: list[RunningNode] = []
        self._rule = rule or RespawnRule(SteadyClock())
        self._clock = SteadyClock()
        self._guard: Guard | None = None
        self.incidents: list[str] = []

    def __enter__(self) -> "Supervisor":
        """Start every node; if one cannot be started, stop the others."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with deferred_signals():
            self._guard = Guard()
        try:
            for node in self._graph:
                with deferred_signals():
                    self._running.append(self._start(node, self._guard))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every node, whatever happened."""
        self.stop()

    def _start(self, node: NodeDescription, guard: Guard, *, anew: bool = False) -> RunningNode:
        log = self._logs / f"{node.name}.log"
        with log.open("ab" if anew else "wb") as output:
            process = subprocess.Popen(
                command(node),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=node_environment(node, self._environment),
                start_new_session=True,
                # The guard finishes what its SIGTERM does not end.
                preexec_fn=end_with_parent,
            )
        # At once, so that every thread that it starts inherits it.
        stand_back(process.pid, node.niceness)
        guard.watch([leader for leader in [identify(process.pid)] if leader])
        return RunningNode(node, process, log)

    def check(self) -> None:
        """Start again what may be, or raise NodeFailure; call it often while the graph runs, from the main thread.

        What happened without ending the graph is added to `incidents`.
        """
        for index, node in enumerate(self._running):
            self._running[index] = node if node.lost else self._look_after(node)

    def _look_after(self, node: RunningNode) -> RunningNode:
        if node.again_ns is not None and self._guard is not None:
            if self._clock.now_ns() < node.again_ns:
                return node
            with deferred_signals():
                return self._start(node.description, self._guard, anew=True)
        code = node.process.poll()
        return node if code is None else self._follow(node, self._rule.consequence(node.description, code))

    def _follow(self, node: RunningNode, consequence: Consequence) -> RunningNode:
        if consequence is Consequence.END:
            raise NodeFailure(describe_end(node))
        self.incidents.append(f"{describe_end(node)}\n  {consequence.value}")
        if consequence is Consequence.TELL:
            return replace(node, lost=True)
        return replace(node, again_ns=self._clock.now_ns() + to_ns(RESPAWN_DELAY_S))

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Return the process of the node called `name`."""
        return next(node.process for node in self._running if node.description.name == name)

    def stop(self) -> None:
        """End every node within a few seconds and remove the shared memory they leave."""
        with deferred_signals():
            leaders = (identify(node.process.pid) for node in self._running)
            stop_groups([leader for leader in leaders if leader])
            for node in self._running:
                node.process.wait(timeout=5.0)
            if self._guard:
                self._guard.release()
                self._guard = None


def describe_end(node: RunningNode) -> str:
    """Return which node ended, how, and the last lines it wrote."""
    code = node.process.returncode
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    lines = [line for line in node.log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    said = "\n  ".join(lines[-LINES_SHOWN:]) if lines else "(it wrote nothing)"
    return f"node {node.description.name} {how}; its last lines ({node.log}):\n  {said}"
