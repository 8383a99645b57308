"""The real bridge node in a thread of this process, with a wall clock and kinematics that a fault can break."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from rclpy.executors import SingleThreadedExecutor

from diffpol_ros.bridge.building import Clocks, machine_clocks
from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.faults.shifted_clock import ShiftedClock
from diffpol_ros.nodes.bridge_node import BridgeNode
from diffpol_ros.nodes.spinner import Spinner


class BreakableBridge(BridgeNode):
    """The bridge, whose wall clock a fault may set."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Create the node; `clock` tells its wall time."""
        super().__init__()
        self._wall = clock
        self.death = ""

    def die(self, error: Exception) -> None:
        """Keep what would end the node's process, for whoever judges the trial."""
        self.death = "".join(traceback.format_exception(error))

    def _clocks(self) -> Clocks:
        return replace(machine_clocks(), system=self._wall)

    def break_kinematics(self, value: float) -> Callable[[], None]:
        """Let the inverse kinematics give `value`; the returned function mends them."""
        inverse = self._bridge.follower._inverse
        sound = inverse.step

        def broken(*arguments: Any) -> JointStep:
            return replace(sound(*arguments), positions=np.full(JOINTS, value))

        inverse.step = broken  # type: ignore[method-assign]
        return lambda: setattr(inverse, "step", sound)


@contextmanager
def spinning_bridge(clock: ShiftedClock) -> Iterator[BreakableBridge]:
    """Give a bridge that runs in a thread of this process."""
    bridge = BreakableBridge(clock)
    executor = SingleThreadedExecutor()
    spinner = Spinner(executor, "bridge", bridge.die)
    try:
        bridge.start()
        executor.add_node(bridge)
        spinner.start()
        yield bridge
    finally:
        spinner.close()
        bridge.close()
