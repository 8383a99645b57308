"""Where every part of an arm is, for several configurations at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from diffpol_ros.core.geometry import JOINTS, Capsule, DenavitHartenberg, Frame, Tool
from diffpol_ros.core.types import Array

FRAMES: tuple[Frame, ...] = get_args(Frame)
# Spheres along a capsule's line, this many radii apart, are made so large that they cover it.
SPACING = 1.5
TOOL_FRAME = FRAMES.index("flange")


@dataclass(frozen=True, eq=False)
class Sphere:
    """All that is within `radius` [m] of `point` (3,), which moves with the frame of index `frame`."""

    name: str
    frame: int
    point: Array
    radius: float


@dataclass(frozen=True, eq=False)
class Placement:
    """The arm in `configurations` (n, 7) [rad].

    points: (n, 3, m) of the body's spheres, those of the lines' ends, and last the tool centre point, in the base
    frame [m]. frames: (n, 8, 3, 4) of the links and the flange.
    """

    configurations: Array
    points: Array
    frames: Array

    @property
    def tool(self) -> Array:
        """The tool centre point (n, 3) [m]."""
        return self.points[:, :, -1]


class ArmBody:
    """Capsules around a seven-joint arm, as spheres that cover them and as the ends of their lines."""

    def __init__(self, kinematics: DenavitHartenberg, tool: Tool, capsules: Sequence[Capsule]) -> None:
        """Take the geometry from a robot's description."""
        covering = [sphere for capsule in capsules for sphere in _cover(capsule)]
        ends = [sphere for capsule in capsules for sphere in _ends(capsule)]
        tip = Sphere("tool", TOOL_FRAME, np.array(tool.position), 0.0)
        self.spheres = (*covering, *ends, tip)
        self.covering, self.ends = slice(0, len(covering)), slice(len(covering), len(covering) + len(ends))
        self.radii = np.array([sphere.radius for sphere in self.spheres])
        self.reach = _reach(kinematics, self.spheres)
        self._flange = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, kinematics.flange], [0, 0, 0, 1.0]])
        self._fixed, self._cosine, self._sine = _links(kinematics)
        self._selection = _selection(self.spheres)

    def at(self, configurations: Array) -> Placement:
        """Place the body for `configurations` (n, 7) [rad]."""
        angles = np.asarray(configurations)[:, :, None, None]
        links = self._fixed + np.cos(angles) * self._cosine + np.sin(angles) * self._sine
        count = len(links)
        frames = np.empty((count, JOINTS + 1, 4, 4))
        frames[:, 0] = links[:, 0]
        for joint in range(1, JOINTS):
            np.matmul(frames[:, joint - 1], links[:, joint], out=frames[:, joint])
        np.matmul(frames[:, JOINTS - 1], self._flange, out=frames[:, JOINTS])
        upper = frames[:, :, :3]
        flat = upper.transpose(0, 2, 1, 3).reshape(3 * count, 4 * (JOINTS + 1))
        return Placement(configurations, (flat @ self._selection).reshape(count, 3, -1), upper)

    def rate(self, placement: Placement, index: int, sphere: int, direction: Array) -> Array:
        """Return (7,) how fast each joint moves `sphere` along `direction` (3,) [m/rad], in configuration `index`."""
        frames, point = placement.frames[index], placement.points[index, :, sphere]
        x, y, z = direction
        # Axis, arm and direction span this volume; numpy's cross product would take several times as long.
        across = np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))
        rates = (((point - frames[:JOINTS, :, 3]) @ across) * frames[:JOINTS, :, 2]).sum(axis=1)
        rates[self.spheres[sphere].frame + 1 :] = 0.0
        return rates


def _cover(capsule: Capsule) -> list[Sphere]:
    start, end = np.array(capsule.start), np.array(capsule.end)
    length = float(np.linalg.norm(end - start))
    count = 1 + int(np.ceil(length / (SPACING * capsule.radius)))
    half = 0.5 * length / max(count - 1, 1)
    radius = float(np.hypot(capsule.radius, half))
    frame = FRAMES.index(capsule.frame)
    return [
        Sphere(capsule.name, frame, start + share * (end - start), radius) for share in np.linspace(0.0, 1.0, count)
    ]


def _ends(capsule: Capsule) -> list[Sphere]:
    frame = FRAMES.index(capsule.frame)
    return [Sphere(capsule.name, frame, np.array(point), capsule.radius) for point in (capsule.start, capsule.end)]


def _links(kinematics: DenavitHartenberg) -> tuple[Array, Array, Array]:
    """Return (7, 4, 4) each: what of a link's transform is fixed, goes with the cosine, and with the sine."""
    fixed, cosine, sine = np.zeros((3, JOINTS, 4, 4))
    for joint, (a, d, alpha) in enumerate(zip(kinematics.a, kinematics.d, kinematics.alpha, strict=True)):
        c, s = round(np.cos(alpha), 15), round(np.sin(alpha), 15)
        fixed[joint] = [[0, 0, 0, a], [0, 0, -s, -d * s], [0, 0, c, d * c], [0, 0, 0, 1]]
        cosine[joint, :3, :2] = [[1, 0], [0, c], [0, s]]
        sine[joint, :3, :2] = [[0, -1], [c, 0], [s, 0]]
    return fixed, cosine, sine


def _selection(spheres: Sequence[Sphere]) -> Array:
    """Return (32, m): one product with all frames side by side gives all points."""
    selection = np.zeros((len(FRAMES), 4, len(spheres)))
    for column, sphere in enumerate(spheres):
        selection[sphere.frame, :, column] = [*sphere.point, 1.0]
    return selection.reshape(4 * len(FRAMES), len(spheres))


def _reach(kinematics: DenavitHartenberg, spheres: Sequence[Sphere]) -> Array:
    """Return (7,) how far from each joint's axis any point can be [m], at most."""
    steps = [float(np.hypot(a, d)) for a, d in zip(kinematics.a, kinematics.d, strict=True)] + [kinematics.flange]
    reach = np.zeros(JOINTS)
    for sphere in spheres:
        for joint in range(min(sphere.frame + 1, JOINTS)):
            way = sum(steps[joint + 1 : sphere.frame + 1]) + float(np.linalg.norm(sphere.point))
            reach[joint] = max(reach[joint], way)
    return reach
