"""A bag as arrays: what is plotted or measured. Times in [ns], lengths in [m]."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.replay.loss_watch import Lacking

Stamps = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PoseSeries:
    """Poses over time. stamps_ns: of the measurement, published_ns: of the message, (n,). Quaternions xyzw (n, 4).

    deviations: of the position along each axis [m], (n, 3); zeros where none is told.
    covariances: of the position [m^2], (n, 3, 3); no rows where none is told. rotation_covariances: of the rotation
    vector in the parent frame [rad^2], in the same way.
    """

    stamps_ns: Stamps
    published_ns: Stamps
    positions: Array
    quaternions: Array
    deviations: Array = field(default_factory=lambda: np.zeros((0, 3)))
    covariances: Array = field(default_factory=lambda: np.zeros((0, 3, 3)))
    rotation_covariances: Array = field(default_factory=lambda: np.zeros((0, 3, 3)))

    def __len__(self) -> int:
        """Return the number of poses."""
        return len(self.stamps_ns)


@dataclass(frozen=True, eq=False)
class JointSeries:
    """Joint values over time, (n, joints); the last two are the fingers, or one is the gripper's width.

    velocities: as told beside them, no columns where none are.
    """

    stamps_ns: Stamps
    published_ns: Stamps
    positions: Array
    velocities: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.stamps_ns)


@dataclass(frozen=True, eq=False)
class ChunkRecord:
    """One action chunk as published: when each action is due, where to, how wide."""

    observation_ns: int
    published_ns: int
    due_ns: Stamps
    positions: Array
    widths: Array


@dataclass(frozen=True)
class StatusRecord:
    """One diagnostic status: its name, its message and its values as texts."""

    published_ns: int
    name: str
    message: str
    values: dict[str, str]


@dataclass(frozen=True, eq=False)
class Run:
    """Everything of a bag but its images. lacking: what is known not to be in it, though it was sent."""

    end_effector: PoseSeries
    joints: JointSeries
    targets: JointSeries
    estimates: dict[str, PoseSeries]
    truths: dict[str, PoseSeries]
    chunks: tuple[ChunkRecord, ...] = ()
    inferences: tuple[StatusRecord, ...] = ()
    gate: tuple[StatusRecord, ...] = ()
    objects: tuple[StatusRecord, ...] = ()
    images: dict[str, int] = field(default_factory=dict)
    span_ns: tuple[int, int] = (0, 0)
    lacking: Lacking = field(default_factory=Lacking)

    @property
    def duration_s(self) -> float:
        """Return how long was recorded [s], at least a millisecond."""
        return max(1e-3, (self.span_ns[1] - self.span_ns[0]) * 1e-9)
