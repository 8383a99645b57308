"""What must be refused when a node starts: it is started, ends by itself, and says why; nothing ever moves."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.trial import Trial
from diffpol_ros.graph.description import twin_graph
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor

DEADLINE_S = 60.0
POLL_S = 0.02


def run_start(fault: Fault, folder: Path, environment: Mapping[str, str]) -> Trial:
    """Start what `fault` prepares in the empty `folder`; pass when it ends by itself and says `fault.words`."""
    trial = Trial(fault.name, "start")
    assert fault.start is not None
    start = fault.start(folder)
    graph = [node for node in twin_graph(start.arguments) if node.name == start.node]
    begun = time.monotonic()
    with Supervisor(graph, folder / "logs", environment) as supervisor:
        said = _last_words(supervisor, begun)
    if not said:
        return replace(trial, complaint=f"{start.node} runs all the same after {DEADLINE_S:.0f} s")
    missing = [word for word in fault.words if word not in said]
    return replace(
        trial,
        safe=time.monotonic() - begun,
        verdict="refused",
        reason=said,
        complaint=f"{missing[0]!r} is not in what it said: {said}" if missing else "",
    )


def _last_words(supervisor: Supervisor, begun: float) -> str:
    """Return what the node said in the end, or an empty text when it did not end."""
    while time.monotonic() - begun < DEADLINE_S:
        try:
            supervisor.check()
        except NodeFailure as failure:
            return str(failure)
        time.sleep(POLL_S)
    return ""
