"""What an arm and its surroundings are made of: links, tool, capsules around them, boxes."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Pose

JOINTS = 7
Frame = Literal["link1", "link2", "link3", "link4", "link5", "link6", "link7", "flange"]
Three = tuple[float, float, float]
Four = tuple[float, float, float, float]
Six = tuple[float, float, float, float, float, float]
Seven = tuple[float, float, float, float, float, float, float]
SevenNames = tuple[str, str, str, str, str, str, str]

# Ranges that no arm in radians leaves and that the same figures in degrees do leave.
ANGLE = 2.0 * math.pi


@dataclass(frozen=True)
class DenavitHartenberg:
    """Modified (Craig) Denavit-Hartenberg parameters: link i is Rx(alpha) Tx(a) Rz(q) Tz(d) from link i-1."""

    a: Seven = setting(description="link lengths [m]", minimum=-2.0, maximum=2.0)
    d: Seven = setting(description="link offsets [m]", minimum=-2.0, maximum=2.0)
    alpha: Seven = setting(description="link twists [rad]", minimum=-math.pi, maximum=math.pi)
    flange: float = setting(description="from the last joint to the flange, along its axis [m]", minimum=0, maximum=1)


@dataclass(frozen=True)
class Tool:
    """Where the tool centre point is, seen from the flange."""

    position: Three = setting(description="[m]", minimum=-0.5, maximum=0.5)
    quaternion: Four = setting(description="unit, xyzw", minimum=-1.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse a quaternion that is no rotation."""
        norm = math.hypot(*self.quaternion)
        if abs(norm - 1.0) > 1e-6:
            raise ValueError(f"the quaternion's norm is {norm:.9f}, expected 1")

    @property
    def pose(self) -> Pose:
        """The tool centre point in the flange's frame."""
        return Pose(np.array(self.position), np.array(self.quaternion))


@dataclass(frozen=True)
class Box:
    """An axis-aligned box in the robot base frame."""

    lower: Three = setting(description="lowest corner x, y, z [m]", minimum=-2.0, maximum=2.0)
    upper: Three = setting(description="highest corner x, y, z [m]", minimum=-2.0, maximum=2.0)

    def __post_init__(self) -> None:
        """Refuse swapped corners."""
        require_ordered(self.lower, self.upper)


@dataclass(frozen=True)
class Capsule:
    """All that is within `radius` of a line on one part of the arm."""

    name: str = setting(description="of this part of the body, as reasons tell it")
    frame: Frame = setting(description="what it moves with")
    start: Three = setting(description="of the line, in that frame [m]", minimum=-1.0, maximum=1.0)
    end: Three = setting(description="of the line, in that frame [m]", minimum=-1.0, maximum=1.0)
    radius: float = setting(description="[m]", minimum=0.001, maximum=0.3)


@dataclass(frozen=True)
class KeepOut:
    """A box in the robot base frame that no part of the arm may enter."""

    name: str = setting(description="as reasons tell it")
    lower: Three = setting(description="lowest corner x, y, z [m]", minimum=-3.0, maximum=3.0)
    upper: Three = setting(description="highest corner x, y, z [m]", minimum=-3.0, maximum=3.0)

    def __post_init__(self) -> None:
        """Refuse swapped corners."""
        require_ordered(self.lower, self.upper)


def require_ordered(lower: Three, upper: Three) -> None:
    """Refuse swapped corners of a box."""
    for axis, low, high in zip("xyz", lower, upper, strict=True):
        if low >= high:
            raise ValueError(f"{axis} has lower {low} >= upper {high}: swapped?")
