"""What calibration says where it would have to guess."""

from diffpol_ros.core.errors import DiffpolError


class Refusal(DiffpolError):
    """A set of captures that no calibration should be made of; the message says what is wrong or missing in it."""
