"""Every error the project raises on purpose."""


class DiffpolError(Exception):
    """Base of all errors; the message says what was wrong, where, and what would be right."""


class SettingsError(DiffpolError):
    """A YAML file or parameter that does not say what it must."""


class ResourceError(DiffpolError):
    """A file, folder, port or library that should be there and is not."""


class BundleError(DiffpolError):
    """A model bundle that does not verify."""


class ObservationError(DiffpolError):
    """An observation the policy must not act on."""


class RobotError(DiffpolError):
    """The robot, or the way to it, did not do what was asked; `name` is what a Stop for it is called."""

    name = "robot_refused"


class RobotLate(RobotError):
    """An answer is overdue: what was asked may have been done or not, and the next answer may come in time."""

    name = "robot_lost"
