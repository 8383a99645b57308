"""The bridge's surroundings, with every answer going through its outside."""

from collections.abc import Callable

from diffpol_ros.bridge.stop_requests import StopRequests
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.journal.outside import Outside
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.robots.base import Hand, Robot
from diffpol_ros.robots.contained import ContainedRobot


class HeardRobot:
    """Implements `Robot`."""

    def __init__(self, robot: Robot, outside: Outside) -> None:
        """Speak to `robot`, whose mistakes are explained before they are heard."""
        self._robot, self._ask = ContainedRobot(robot), outside.ask
        self.hand: Hand = HeardHand(self._robot, outside)

    def connect(self) -> None:
        """Reach the robot."""
        self._ask("connect", self._robot.connect)

    def state(self) -> RobotState:
        """Return the newest tick."""
        return self._ask("state", self._robot.state)

    def start_controller(self) -> None:
        """Let the robot follow targets."""
        self._ask("start_controller", self._robot.start_controller)

    def send(self, target: JointTarget) -> JointTarget:
        """Move towards `target`."""
        return self._ask("send", lambda: self._robot.send(target), target)

    def stop(self) -> None:
        """End the controller."""
        self._ask("stop", self._robot.stop)

    def recover(self) -> None:
        """Clear what the robot latched."""
        self._ask("recover", self._robot.recover)

    def close(self) -> None:
        """Let go of the connection."""
        self._ask("close", self._robot.close)


class HeardHand:
    """Implements `Hand`."""

    def __init__(self, robot: Robot, outside: Outside) -> None:
        """Speak to the gripper of `robot`."""
        self._robot, self._ask = robot, outside.ask

    def width(self) -> float:
        """Return the distance between the fingers [m]."""
        return self._ask("hand.width", lambda: self._robot.hand.width())

    def goto(self, width: float) -> float:
        """Move the fingers to `width` [m], soon."""
        return self._ask("hand.goto", lambda: self._robot.hand.goto(width), width)

    def home(self, wanted: Callable[[], bool]) -> None:
        """Find the fingers' stops anew, while that is `wanted`."""
        self._ask("hand.home", lambda: self._robot.hand.home(wanted))


class HeardStops(StopRequests):
    """What other threads ask for, as the bridge's thread comes to know of it."""

    def __init__(self, outside: Outside) -> None:
        """Begin without any."""
        super().__init__()
        self._outside = outside

    @property
    def pending(self) -> Stop | None:
        """What is to stop the arm, if anything."""
        return self._outside.ask("pending", lambda: self._pending)

    @property
    def count(self) -> int:
        """How many were asked for so far."""
        return self._outside.ask("count", lambda: self._count)

    @property
    def doubt(self) -> Hold | None:
        """What is to hold the arm, if anything."""
        return self._outside.ask("doubt", lambda: self._doubt)

    def forget(self, count: int) -> None:
        """Forget the first `count` of them."""
        self._outside.ask("forget", lambda: super(HeardStops, self).forget(count), count)
