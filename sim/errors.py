"""Errors of the training side."""

from diffpol_ros.core.errors import DiffpolError


class SimulationError(DiffpolError):
    """An environment that was asked for what it cannot do."""


class DatasetError(DiffpolError):
    """Demonstrations that cannot be trained on."""


class CheckpointError(DiffpolError):
    """A checkpoint that is missing, damaged or of another configuration."""


class RunError(DiffpolError):
    """A results folder that is none, is damaged, or belongs to another run."""


class ExportError(DiffpolError):
    """A policy that cannot become a bundle."""


class ScaleError(DiffpolError):
    """Several processes or machines that cannot be had, or one of them failing."""


class ActorError(DiffpolError):
    """A policy that cannot be fine-tuned as asked."""


class NetworkError(DiffpolError, ValueError):
    """Settings of a network that cannot be built, or not for these inputs."""


class TrainingError(DiffpolError):
    """A training that cannot go on: numbers that are none, or settings that contradict each other."""
