"""The twin in lockstep: no sockets, no threads."""

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.types import Array
from diffpol_ros.twin.in_process import InProcessTwin
from diffpol_ros.twin.simulation import Simulation


class InProcessRig:
    rest_tolerance = 0.012
    settling_s = 2.0

    def __init__(self) -> None:
        self.clock = ManualClock(1_700_000_000_000_000_000)
        self.robot = InProcessTwin(Simulation(seed=0), self.clock)
        self.description = self.robot.simulation.description

    def advance(self, duration_s: float) -> None:
        self.clock.advance(duration_s)
        self.robot.live()

    def true_positions(self) -> Array:
        return self.robot.simulation.robot_state().joint_positions

    def lose(self) -> None:
        self.robot.cut()

    def restore(self) -> None:
        self.robot.mend()

    def close(self) -> None:
        return
