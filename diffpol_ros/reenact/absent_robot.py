"""The robot of a replay: nobody is there, and nobody may be asked."""

from collections.abc import Callable
from typing import NoReturn

from diffpol_ros.core.journal.values import JournalError
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import Hand


class AbsentRobot:
    """Implements `Robot` and `Hand`; a transcript answers in its place, so that any call is a mistake of ours."""

    def _refuse(self) -> NoReturn:
        raise JournalError("a replay asked a robot that is not there")

    def connect(self) -> None:
        """Refuse."""
        self._refuse()

    def state(self) -> RobotState:
        """Refuse."""
        self._refuse()

    @property
    def hand(self) -> Hand:
        """The same."""
        return self

    def start_controller(self) -> None:
        """Refuse."""
        self._refuse()

    def send(self, target: JointTarget) -> JointTarget:
        """Refuse `target`."""
        self._refuse()

    def stop(self) -> None:
        """Refuse."""
        self._refuse()

    def recover(self) -> None:
        """Refuse."""
        self._refuse()

    def close(self) -> None:
        """Refuse."""
        self._refuse()

    def width(self) -> float:
        """Refuse."""
        self._refuse()

    def goto(self, width: float) -> float:
        """Refuse `width`."""
        self._refuse()

    def home(self, wanted: Callable[[], bool]) -> None:
        """Refuse, `wanted` or not."""
        self._refuse()
