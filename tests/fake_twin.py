"""A fake plant behind the twin's servers, reachable through sockets as the real ones are."""

import dataclasses
from collections.abc import Callable

from diffpol_ros.core.clock import ManualClock, SteadyClock
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.server import PolymetisServer
from tests.fake_plant import FakePlant


class OffsetClock:
    """Steady time that a test can push forward, and that may pass slowly where a busy machine must not matter."""

    def __init__(self, pace: float = 1.0) -> None:
        self._steady, self._pace = SteadyClock(), pace
        self._offset = ManualClock()
        self.advance: Callable[[float], None] = self._offset.advance

    def now_ns(self) -> int:
        return round(self._pace * self._steady.now_ns()) + self._offset.now_ns()


class FakeTwin:
    """A fake plant behind both servers."""

    def __init__(self, description: RobotDescription, port: int = 0) -> None:
        self.description = description
        self.plant = FakePlant()
        self.clock = OffsetClock()
        self.server = PolymetisServer(self.plant, description, port, self.clock)
        self.gripper_server = GripperServer(self.plant, 0)
        self.plant.on_tick = self.server.on_tick
        self.plant.tick()
        self.plant.run()
        self.server.start()
        self.gripper_server.start()

    def pause_and_resume(self, duration_s: float) -> None:
        """Let the robot be away for `duration_s` as its server counts."""
        self.plant.freeze()
        self.clock.advance(duration_s)
        self.plant.run()

    def close(self) -> None:
        self.plant.close()
        self.server.stop()
        self.gripper_server.stop()


def settings_of(description: RobotDescription, port: int, gripper_port: int) -> PolymetisSettings:
    """Return the description's Polymetis settings with other ports."""
    settings = description.backend.settings.read(PolymetisSettings)
    return dataclasses.replace(settings, port=port, gripper_port=gripper_port)
