"""What the twin answers to a controller that it cannot run."""

from diffpol_ros.core.errors import RobotError


class ControllerError(RobotError):
    """A controller or an update that cannot be loaded or run."""
