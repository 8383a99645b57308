"""Where an object stood when a condition was first met, and how far from there it stands now."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from diffpol_ros.core.settings import parse_settings, read_text, setting
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Pose
from diffpol_ros.trials.files import write_whole

Three = tuple[float, float, float]
Four = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """An object's pose in the robot base frame."""

    position: Three = setting(description="[m]", minimum=-3.0, maximum=3.0)
    quaternion: Four = setting((0.0, 0.0, 0.0, 1.0), description="unit, xyzw", minimum=-1.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse a quaternion that is no rotation."""
        norm = math.hypot(*self.quaternion)
        if abs(norm - 1.0) > 1e-3:
            raise ValueError(f"the quaternion's norm is {norm:.6f}, expected 1")

    @property
    def pose(self) -> Pose:
        """The place as a pose."""
        quaternion = np.array(self.quaternion)
        return Pose(np.array(self.position), quaternion / np.linalg.norm(quaternion))


@dataclass(frozen=True)
class Offset:
    """How far an object is from where it shall be."""

    millimetres: float
    degrees: float

    def __str__(self) -> str:
        """Return it for reading."""
        return f"{self.millimetres:.1f} mm, {self.degrees:.1f} degrees"


@dataclass(frozen=True)
class Tolerance:
    """How near is near enough."""

    millimetres: float = 3.0
    degrees: float = 3.0

    def holds(self, offset: Offset) -> bool:
        """Return whether an offset is within."""
        return offset.millimetres <= self.millimetres and offset.degrees <= self.degrees


def place_of(pose: Pose) -> Place:
    """Return a pose as it is kept."""
    x, y, z = pose.position.tolist()
    a, b, c, w = pose.quaternion.tolist()
    return Place((x, y, z), (a, b, c, w))


def offset(wanted: Pose, present: Pose) -> Offset:
    """Return how far `present` is from `wanted`."""
    distance = float(np.linalg.norm(present.position - wanted.position))
    angle = float(np.linalg.norm(rotation_between(wanted.quaternion, present.quaternion)))
    return Offset(1e3 * distance, math.degrees(angle))


def read_place(path: Path) -> Place | None:
    """Return the place a file holds; None where there is no such file."""
    return parse_settings(Place, read_text(path), str(path)) if path.is_file() else None


def write_place(path: Path, place: Place) -> None:
    """Keep a place in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(asdict(place)) + "\n").encode())
