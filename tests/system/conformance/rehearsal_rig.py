"""The robot without an arm."""

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array
from diffpol_ros.robots.rehearsal import RehearsalRobot


class RehearsalRig:
    rest_tolerance = 0.0
    settling_s = 0.2

    def __init__(self) -> None:
        self.clock = ManualClock(1_700_000_000_000_000_000)
        self.description = load_robot_description("panda")
        self.robot = RehearsalRobot(self.description, clock=self.clock)

    def advance(self, duration_s: float) -> None:
        self.clock.advance(duration_s)

    def true_positions(self) -> Array:
        return self.robot.placed

    def lose(self) -> None:
        self.robot.cut()

    def restore(self) -> None:
        self.robot.mend()

    def close(self) -> None:
        return
