"""Poses as they stand in files, and the pose that nobody knows yet."""

import math
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import Pose

UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True)
class PoseSettings:
    """A pose as it stands in a file."""

    position: tuple[float, float, float] = setting(description="Position [m]")
    quaternion: tuple[float, float, float, float] = setting(description="Rotation, unit quaternion xyzw")

    def __post_init__(self) -> None:
        """Refuse what is not a rotation; round-off in the last digits is forgiven."""
        check_rotation(self.position, self.quaternion)

    @property
    def pose(self) -> Pose:
        """Return it as a Pose."""
        return Pose(np.array(self.position), normalize_quaternion(np.array(self.quaternion)))


class Unplaced(PoseSettings):
    """The pose of a camera whose lens was calibrated but not yet its place: whoever asks for it gets an error."""

    def __init__(self, camera: str = "") -> None:
        object.__setattr__(self, "camera", camera)

    def __getattr__(self, name: str) -> object:
        if name not in ("position", "quaternion"):
            raise AttributeError(name)
        raise self._error()

    @property
    def pose(self) -> Pose:
        """Raise SettingsError."""
        raise self._error()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unplaced)

    def __hash__(self) -> int:
        return hash(Unplaced)

    def __repr__(self) -> str:
        return "Unplaced()"

    def _error(self) -> SettingsError:
        return SettingsError(
            f"camera {self.camera}: nobody knows yet where it is; "
            "run `diffpol calibrate extrinsics` or `diffpol calibrate hand-eye`"
        )


def check_rotation(position: tuple[float, ...], quaternion: tuple[float, ...]) -> None:
    """Raise ValueError unless all numbers are finite and the quaternion is of unit length."""
    norm = math.sqrt(sum(value * value for value in quaternion))
    if not all(map(math.isfinite, (*position, *quaternion))):
        raise ValueError(f"position {position} and quaternion {quaternion} must be finite")
    if abs(norm - 1.0) > UNIT_TOLERANCE:
        raise ValueError(f"quaternion {quaternion} has length {norm:.4f}, expected 1 (x, y, z, w)")
