"""What the hand does with a command: fingers that travel at a speed, push with a force, and notice a grasp."""

from dataclasses import dataclass

GRASP_MARGIN = 0.002
STILL = 0.005
SLOWEST = 0.001


@dataclass(frozen=True)
class GripperCommand:
    """Where the fingers should go.

    width: distance between them [m]. speed: of that distance [m/s]. force: of each finger, at most [N].
    """

    width: float
    speed: float
    force: float


class GripperMotion:
    """The reference that the finger motor follows, one tick at a time."""

    def __init__(self, width: float, maximum_width: float, maximum_force: float) -> None:
        """Rest at `width` [m]."""
        self._maximum_width = maximum_width
        self._maximum_force = maximum_force
        self.reference = width
        self.command = GripperCommand(width, 0.1, maximum_force)

    def start(self, command: GripperCommand, width: float) -> None:
        """Set off from the present `width` [m] towards the command, kept within what the hand can do."""
        force = min(max(command.force, 0.1), self._maximum_force)
        target = min(max(command.width, 0.0), self._maximum_width)
        if target != self.command.width:
            self.reference = width
        self.command = GripperCommand(target, max(command.speed, SLOWEST), force)

    def advance(self, duration: float) -> None:
        """Move the reference by `duration` [s] of the commanded speed."""
        gap = self.command.width - self.reference
        if gap == 0.0:
            return
        step = self.command.speed * duration
        self.reference = self.command.width if abs(gap) <= step else self.reference + (step if gap > 0.0 else -step)

    def grasped(self, width: float, speed: float) -> bool:
        """Return whether something between the fingers stops them at `width` [m], moving at `speed` [m/s]."""
        return width - self.reference > GRASP_MARGIN and abs(speed) < STILL

    def moving(self, speed: float) -> bool:
        """Return whether the fingers, at `speed` [m/s], are on their way."""
        return abs(speed) >= STILL
