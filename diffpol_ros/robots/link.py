"""The way to a robot that may come late, go and come back, and whether its controller runs."""

from diffpol_ros.core.clock import Clock, SteadyClock, to_ns
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import RobotState
from diffpol_ros.robots.base import Robot, RobotTaken
from diffpol_ros.robots.contained import ContainedRobot

RETRY_SECONDS = 1.0


class RobotLink:
    """Polls a robot; after an error it connects again, once a second, and says why not.

    `robot` is that robot with whatever it raises explained; everybody speaks to it through that.
    """

    def __init__(self, robot: Robot, clock: Clock | None = None, retry_seconds: float = RETRY_SECONDS) -> None:
        """Prepare to poll `robot`; nothing is connected yet. `clock` is a steady one."""
        self.robot: Robot = ContainedRobot(robot)
        self.complaint = "not connected yet"
        self.fault = RobotError.name
        self.losses = 0
        self._clock = clock or SteadyClock()
        self._retry_ns = to_ns(retry_seconds)
        self._next_try_ns = 0
        self._connected = False
        self._controlled = False

    @property
    def connected(self) -> bool:
        """Whether the robot answered last time."""
        return self._connected

    def poll(self) -> RobotState | None:
        """Return the robot's newest tick, or None where `complaint` says what is wrong."""
        if not self._connected and not self._connect():
            return None
        try:
            return self.robot.state()
        except RobotError as error:
            self.lose(error)
            return None

    def lose(self, error: RobotError) -> None:
        """Take the robot as lost; `fault` and `complaint` are the error's name and words."""
        self.losses += self._connected
        self.fault, self.complaint, self._connected = error.name, str(error), False
        self._next_try_ns = self._clock.now_ns() + self._retry_ns

    def try_now(self) -> None:
        """Look for a lost robot at the next poll, not only when it is time again."""
        self._next_try_ns = 0

    def start_controller(self) -> RobotState:
        """Let the robot follow targets; return its tick after that, or raise a RobotError and take it as lost.

        A robot that another client moves is refused by RobotTaken, and nothing is ended.
        """
        try:
            self.robot.start_controller()
            self._controlled = True
            return self.robot.state()
        except RobotTaken:
            raise
        except RobotError as error:
            self.end_controller()
            self.lose(error)
            raise

    def end_controller(self) -> None:
        """Let the robot hold where it is, where a controller runs; one that is lost already does."""
        if not self._controlled:
            return
        self._controlled = False
        try:
            self.robot.stop()
        except RobotError as error:
            self.lose(error)

    def end_any_controller(self) -> None:
        """End what runs on a connected robot, were it another client's; only when a person asks for it."""
        self._controlled = self._controlled or self._connected
        self.end_controller()

    def close(self) -> None:
        """End the controller and hang up."""
        self.end_controller()
        try:
            self.robot.close()
        except RobotError as error:
            self.lose(error)

    def _connect(self) -> bool:
        if self._clock.now_ns() < self._next_try_ns:
            return False
        try:
            self.robot.connect()
        except RobotError as error:
            self.lose(error)
            return False
        self.complaint, self._connected = "", True
        return True
