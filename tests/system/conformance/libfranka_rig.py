"""The libfranka backend against a simulated FR3 that others wrote."""

import tempfile
import time
from pathlib import Path

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import Array
from tests.simulated_fr3 import SimulatedFr3, fr3, robot_at
from tests.waiting import wait_until

NOT_LOST_S = 30.0


class LibfrankaRig:
    rest_tolerance = 0.025
    settling_s = 3.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._server = SimulatedFr3(Path(self._folder.name) / "franka-sim.log")
        self.description = fr3()
        self.robot = robot_at(self._server.host, tick_s=0.5)
        self._positions = self.description.home_positions
        self._lost = False

    def advance(self, duration_s: float) -> None:
        """Wait for the robot's time, or for as long where it is lost."""
        if self._lost:
            time.sleep(duration_s)
            return
        due_ns = self._stamp_ns() + round(duration_s * 1e9)
        wait_until(lambda: self._stamp_ns() >= due_ns, NOT_LOST_S)

    def true_positions(self) -> Array:
        self._stamp_ns()
        return self._positions

    def lose(self) -> None:
        """Freeze the server; who listens to ticks learns of it by their absence, a moment later."""
        self._lost = True
        self._server.pause()
        wait_until(self._is_silent)

    def restore(self) -> None:
        self._lost = False
        self._server.resume()

    def close(self) -> None:
        self._server.kill()
        self._folder.cleanup()

    def _is_silent(self) -> bool:
        try:
            self.robot.state()
        except RobotError:
            return True
        return False

    def _stamp_ns(self) -> int:
        """Return the newest tick's stamp, that of this moment where the robot tells none."""
        try:
            state = self.robot.state()
        except RobotError:
            return time.time_ns()
        self._positions = state.joint_positions
        return state.stamp_ns
