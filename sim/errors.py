"""Errors of the training side."""

from diffpol_ros.core.errors import DiffpolError


class SimulationError(DiffpolError):
    """An environment that was asked for what it cannot do."""


class DatasetError(DiffpolError):
    """Demonstrations that cannot be trained on."""


class CheckpointError(DiffpolError):
    """A checkpoint that is missing, damaged or of another configuration."""
