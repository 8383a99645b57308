"""A camera with a real lens in front of flat prints: distortion, blur and noise, without OpenGL."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from diffpol_ros.core.spatial import matrix_from_quaternion, transform_point
from diffpol_ros.core.types import Array, Pose

Image = NDArray[np.uint8]
Levels = NDArray[np.float32]

NEAREST = 1e-3
FARTHEST = 1e-3
CORRECTIONS = 30
KNOT_PX = 8.0
OUTSIDE = -1.0


@dataclass(frozen=True)
class Lens:
    """What makes rays of pixels: [pixel], (0, 0) the centre of the first one; OpenCV's distortion k1 k2 p1 p2 k3."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()

    @property
    def matrix(self) -> Array:
        """Return the (3, 3) camera matrix [pixel]."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, eq=False)
class Panel:
    """A flat print. grey: (rows, columns) of `scale` [pixel/m].

    pose: of its upper left corner in the camera's optical frame; x along the rows, y down the columns, z away from
    whoever looks at it.
    """

    grey: Image
    scale: float
    pose: Pose


@dataclass(frozen=True)
class Exposure:
    """What the picture suffers. blur: standard deviation [pixel]. noise: standard deviation [grey level].

    background: [grey level]. shading: how much darker the right border is than the left one, 0 to 1.
    """

    blur: float = 0.6
    noise: float = 2.0
    background: float = 120.0
    shading: float = 0.0


class BoardCamera:
    """Casts several rays a pixel through the lens onto the prints; what covers what is decided by distance."""

    def __init__(self, lens: Lens, rays: int = 3) -> None:
        """Find where `rays` x `rays` rays a pixel go; a tenth of a second, as each picture."""
        self.lens = lens
        self._rays = rays
        self._directions = _directions(lens, rays)

    def shoot(self, panels: Sequence[Panel], exposure: Exposure, random: np.random.Generator) -> Image:
        """Return the picture (height, width) of prints that stand still."""
        return self.shoot_moving([panels], exposure, random)

    def shoot_moving(
        self, moments: Sequence[Sequence[Panel]], exposure: Exposure, random: np.random.Generator
    ) -> Image:
        """Return the picture of prints that were elsewhere at each moment of the exposure."""
        levels = sum((self._levels(panels, exposure.background) for panels in moments), np.float32(0.0))
        return self._develop(np.asarray(levels / len(moments), dtype=np.float32), exposure, random)

    def _levels(self, panels: Sequence[Panel], background: float) -> Levels:
        """Return the brightness of each pixel, the mean of its rays."""
        levels = np.full(self._directions.shape[1:], background, dtype=np.float32)
        for panel in sorted(filter(_faces, panels), key=_distance, reverse=True):
            seen = self._sample(panel)
            np.copyto(levels, seen, where=seen >= 0.0)
        size = (self.lens.width, self.lens.height)
        return np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA), dtype=np.float32)

    def _sample(self, panel: Panel) -> Levels:
        """Return what each ray sees of a print; OUTSIDE where it misses."""
        picture, scale_across, scale_down = _shrunk(panel, self.lens.fx * self._rays)
        x, y = self._directions
        to_panel = _ray_to_panel(panel.pose).astype(np.float32)
        across, down, nearness = (row[0] * x + row[1] * y + row[2] for row in to_panel)
        # One over the distance along the ray: negative where the plane lies behind the camera.
        valid = nearness > FARTHEST
        nearness = np.where(valid, nearness, np.float32(1.0))
        # A map counts from pixel centres; the corner of the first pixel is half a pixel before its centre.
        columns, rows = scale_across * across / nearness - 0.5, scale_down * down / nearness - 0.5
        height, width = picture.shape
        inside = valid & (columns > -0.5) & (columns < width - 0.5) & (rows > -0.5) & (rows < height - 0.5)
        levels = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.where(inside, levels, np.float32(OUTSIDE))

    def _develop(self, levels: Levels, exposure: Exposure, random: np.random.Generator) -> Image:
        light = 1.0 - exposure.shading * np.linspace(0.0, 1.0, self.lens.width, dtype=np.float32)
        seen = levels * light
        if exposure.blur > 0.0:
            seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), exposure.blur), dtype=np.float32)
        noise = random.normal(0.0, exposure.noise, seen.shape) if exposure.noise > 0.0 else 0.0
        return np.clip(np.round(seen + noise), 0, 255).astype(np.uint8)


def _directions(lens: Lens, rays: int) -> Levels:
    """Return x / z and y / z (2, rays * height, rays * width) of every ray."""
    columns = (np.arange(lens.width * rays) + 0.5) / rays - 0.5
    rows = (np.arange(lens.height * rays) + 0.5) / rays - 0.5
    # The lens is smooth: exact at every KNOT_PX, a spline between.
    knots = [np.linspace(-1.0, length, round(length / KNOT_PX) + 4) for length in (lens.width, lens.height)]
    pixels = np.stack(np.meshgrid(*knots, indexing="ij"), axis=-1).reshape(-1, 2)
    ideal = _undistorted(lens, pixels).reshape(len(knots[0]), len(knots[1]), 2)
    splines = [RectBivariateSpline(knots[0], knots[1], ideal[:, :, axis]) for axis in (0, 1)]
    return np.stack([spline(columns, rows).T for spline in splines]).astype(np.float32)


def _undistorted(lens: Lens, pixels: Array) -> Array:
    """Return x / z and y / z (n, 2); OpenCV's own inverse stops too early at the borders of a wide lens."""
    distortion = np.array(lens.distortion or (0.0, 0.0, 0.0, 0.0))
    ideal = cv2.undistortPoints(pixels.reshape(-1, 1, 2), lens.matrix, distortion).reshape(-1, 2)
    for _ in range(CORRECTIONS):
        rays = np.column_stack([ideal, np.ones(len(ideal))])
        seen, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), lens.matrix, distortion)
        ideal = ideal - (seen.reshape(-1, 2) - pixels) / [lens.fx, lens.fy]
    return np.asarray(ideal, dtype=np.float64)


def _ray_to_panel(pose: Pose) -> Array:
    """Return the (3, 3) homography from a ray (x, y, 1) to across and down [m] on the print, both over the distance."""
    rotation = matrix_from_quaternion(pose.quaternion)
    return np.asarray(np.linalg.inv(np.column_stack([rotation[:, :2], pose.position])), dtype=np.float64)


def _shrunk(panel: Panel, rays_per_radian: float) -> tuple[Levels, np.float32, np.float32]:
    """Return the print with no more detail than rays can see, or they would miss some, and its scales [pixel/m]."""
    factor = min(1.0, rays_per_radian / max(_distance(panel), NEAREST) / panel.scale)
    height, width = panel.grey.shape
    columns, rows = max(1, round(factor * width)), max(1, round(factor * height))
    picture = cv2.resize(panel.grey.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    scales = panel.scale * columns / width, panel.scale * rows / height
    return np.asarray(picture, dtype=np.float32), np.float32(scales[0]), np.float32(scales[1])


def _distance(panel: Panel) -> float:
    """Return how far the middle of a print is [m]."""
    height, width = panel.grey.shape
    return float(np.linalg.norm(transform_point(panel.pose, np.array([width, height, 0.0]) / (2.0 * panel.scale))))


def _faces(panel: Panel) -> bool:
    """Return whether the printed side looks at the camera."""
    return float(matrix_from_quaternion(panel.pose.quaternion)[:, 2] @ panel.pose.position) > 0.0
