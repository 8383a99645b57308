"""A robot whose hand homes until somebody does not want it any more, and writes down what it does."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.settings import setting
from diffpol_ros.robots.backends import Backend
from diffpol_ros.robots.base import Hand
from diffpol_ros.robots.rehearsal import RehearsalHand, RehearsalRobot

HOMES, STANDS = "homes", "stands"
LONGEST_S = 20.0


@dataclass(frozen=True)
class HomingSettings:
    """Where the hand writes what it does."""

    notes: str = setting(description="a file")


class HomingHand(RehearsalHand):
    """Homes for `LONGEST_S` [s] unless that is broken off."""

    def __init__(self, description: RobotDescription, notes: Path) -> None:
        super().__init__(description)
        self._notes = notes

    def home(self, wanted: Callable[[], bool]) -> None:
        self._notes.write_text(HOMES)
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            if not wanted():
                self._notes.write_text(STANDS)
                raise RobotError("homing was broken off, as it was asked to stop: look, then home again")
            time.sleep(0.01)


class HomingRobot(RehearsalRobot):
    """A rehearsal's robot with that hand."""

    def __init__(self, description: RobotDescription, settings: HomingSettings) -> None:
        super().__init__(description)
        self._homing = HomingHand(description, Path(settings.notes))

    @property
    def hand(self) -> Hand:
        return self._homing


BACKEND = Backend(HomingSettings, HomingRobot)
