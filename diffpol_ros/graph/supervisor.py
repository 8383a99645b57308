"""Runs a graph as real processes, notices when one dies, and leaves nothing behind however it ends."""

import ctypes
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.graph.cleanup import identify, stop_groups
from diffpol_ros.graph.command import command
from diffpol_ros.graph.description import NodeDescription
from diffpol_ros.graph.guard import Guard
from diffpol_ros.graph.signals import deferred_signals

PR_SET_PDEATHSIG = 1
LINES_SHOWN = 4
_LIBC = ctypes.CDLL(None)


class NodeFailure(DiffpolError):
    """A node of the graph ended by itself."""


@dataclass(frozen=True)
class RunningNode:
    """A started node: its process and the file its output goes to."""

    description: NodeDescription
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """A context in which every node of a graph runs.

    Enter it from the main thread: a child is told of the death of the thread that started it.
    """

    def __init__(self, graph: Sequence[NodeDescription], log_folder: Path, environment: Mapping[str, str]) -> None:
        """Prepare to start `graph` with `environment`; output goes to `log_folder`/<name>.log."""
        self._graph = tuple(graph)
        self._logs = log_folder
        self._environment = dict(environment)
        self._running: list[RunningNode] = []
        self._guard: Guard | None = None

    def __enter__(self) -> "Supervisor":
        """Start every node; if one cannot be started, stop the others."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with deferred_signals():
            self._guard = Guard()
        try:
            for node in self._graph:
                with deferred_signals():
                    self._start(node, self._guard)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every node, whatever happened."""
        self.stop()

    def _start(self, node: NodeDescription, guard: Guard) -> None:
        log = self._logs / f"{node.name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(node),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**self._environment, **node.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._running.append(RunningNode(node, process, log))
        guard.watch([leader for leader in [identify(process.pid)] if leader])

    def check(self) -> None:
        """Raise NodeFailure when a node has ended; call it often while the graph runs."""
        for node in self._running:
            if node.process.poll() is not None:
                raise NodeFailure(describe_end(node))

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


def _die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the supervisor dies; the guard finishes what that does not end."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
