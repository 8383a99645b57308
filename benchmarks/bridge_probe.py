"""The bridge node with a stopwatch: `python -m benchmarks.bridge_probe FILE --ros-args …` writes FILE when it ends."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from diffpol_ros.nodes.bridge_node import BridgeNode
from diffpol_ros.nodes.lifecycle import run_node
from diffpol_ros.robots.base import Robot

PARTS = ("tick", "state", "send")


class Stopwatch:
    """When each call of something began, and how long it took, both in [ns]."""

    def __init__(self) -> None:
        """Begin with none."""
        self.calls: list[tuple[int, int]] = []

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, timed."""

        def timed(*arguments: Any) -> Any:
            began_ns = time.perf_counter_ns()
            try:
                return call(*arguments)
            finally:
                self.calls.append((began_ns, time.perf_counter_ns() - began_ns))

        return timed


class ProbedBridge(BridgeNode):
    """Times its ticks, and in them the calls to the robot."""

    def __init__(self) -> None:
        """Create the node with its stopwatches."""
        self.watches = {part: Stopwatch() for part in PARTS}
        # Before the loop takes hold of it.
        self._tick = self.watches["tick"].around(self._tick)  # type: ignore[method-assign]
        super().__init__()

    def configure(self) -> None:
        """Configure, then time the robot too."""
        super().configure()
        robot: Robot = self._bridge.link.robot
        for part in PARTS[1:]:
            setattr(robot, part, self.watches[part].around(getattr(robot, part)))


def main() -> None:
    """Run the bridge and keep what was timed."""
    file, nodes = Path(sys.argv[1]), []

    def build() -> ProbedBridge:
        nodes.append(ProbedBridge())
        return nodes[0]

    began = time.process_time(), time.monotonic()
    try:
        run_node(build, sys.argv[2:])
    finally:
        share = (time.process_time() - began[0]) / (time.monotonic() - began[1])
        calls = {part: np.array(watch.calls, dtype=np.int64) for part, watch in nodes[0].watches.items()}
        np.savez(file, share=share, **calls)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
