"""Smooth low-polygon bodies: a closed tube drawn through a few cross-sections."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array

Three = tuple[float, float, float]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Section:
    """A cross-section of a tube: where its centre is and its half widths along the tube's two side axes [m]."""

    centre: Three
    width: float
    height: float


@dataclass(frozen=True)
class Loft:
    """A tube through `sections`.

    side: direction in which a section's width is measured. squareness: 2 for ellipses, more for rounded
    rectangles. bevel: how far the ends bulge [m]. smoothing: rings between two sections.
    """

    sections: tuple[Section, ...]
    side: Three = (0.0, 1.0, 0.0)
    squareness: float = 2.0
    bevel: float = 0.01
    smoothing: int = 3
    slices: int = 20


def tube(points: Sequence[Three], radii: Sequence[float], side: Three = (0.0, 1.0, 0.0), bevel: float = 0.01) -> Loft:
    """Return a round tube through `points` [m] with `radii` [m] at them."""
    sections = tuple(Section(point, radius, radius) for point, radius in zip(points, radii, strict=True))
    return Loft(sections, side, bevel=bevel)


def drum(start: Three, end: Three, radius: float, bevel: float = 0.008) -> Loft:
    """Return a straight cylinder with rounded rims."""
    axis = np.subtract(end, start)
    side = (1.0, 0.0, 0.0) if abs(axis[0]) < 0.5 * np.linalg.norm(axis) else (0.0, 1.0, 0.0)
    sections = (Section(start, radius, radius), Section(end, radius, radius))
    return Loft(sections, side, bevel=bevel, smoothing=1)


def triangles(loft: Loft) -> tuple[Array, Indices]:
    """Return vertices (n, 3) [m] and faces (m, 3), outward by the right-hand rule."""
    centres, widths, heights = _interpolate(loft)
    tangents = np.gradient(centres, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    rings = list(zip(centres, tangents, widths, heights, strict=True))
    rings = [*_cap(rings[0], -loft.bevel)[::-1], *rings, *_cap(rings[-1], loft.bevel)]
    # The ends are flat: they have vertices of their own, so that their normals are not those of the rim.
    outlines = [_ring(loft, *ring) for ring in (*rings, rings[0], rings[-1])]
    vertices = np.vstack([*outlines, rings[0][0], rings[-1][0]])
    return vertices, _faces(len(rings), loft.slices)


def _interpolate(loft: Loft) -> tuple[Array, Array, Array]:
    """Return centres, widths and heights along a Catmull-Rom curve through the sections."""
    knots = np.array([(*section.centre, section.width, section.height) for section in loft.sections])
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    points = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for t in np.arange(loft.smoothing) / loft.smoothing:
            a, b, c = end - before, 2 * before - 5 * start + 4 * end - after, 3 * start - before - 3 * end + after
            points.append(start + 0.5 * t * (a + t * (b + t * c)))
    curve = np.array([*points, knots[-1]])
    return curve[:, :3], curve[:, 3], curve[:, 4]


def _cap(ring: tuple[Array, Array, float, float], bulge: float) -> list[tuple[Array, Array, float, float]]:
    """Return rings that round off an end, from the outermost edge inwards."""
    centre, tangent, width, height = ring
    capped = []
    for angle in (0.5, 1.0, 0.5 * np.pi):
        shrink = abs(bulge) * (1.0 - np.cos(angle))
        capped.append((centre + bulge * np.sin(angle) * tangent, tangent, width - shrink, height - shrink))
    return capped


def _ring(loft: Loft, centre: Array, tangent: Array, width: float, height: float) -> Array:
    side = np.asarray(loft.side) - (np.asarray(loft.side) @ tangent) * tangent
    side /= np.linalg.norm(side)
    other = np.cross(tangent, side)
    angles = 2.0 * np.pi * np.arange(loft.slices) / loft.slices
    cosine, sine = np.cos(angles), np.sin(angles)
    power = 2.0 / loft.squareness
    x = np.sign(cosine) * np.abs(cosine) ** power * width
    y = np.sign(sine) * np.abs(sine) ** power * height
    return centre + x[:, None] * side + y[:, None] * other


def _faces(rings: int, slices: int) -> Indices:
    faces = []
    for ring in range(rings - 1):
        for i in range(slices):
            a, b = ring * slices + i, ring * slices + (i + 1) % slices
            faces += [(a, b, b + slices), (a, b + slices, a + slices)]
    bottom, top = rings * slices, (rings + 1) * slices
    first, last = (rings + 2) * slices, (rings + 2) * slices + 1
    for i in range(slices):
        j = (i + 1) % slices
        faces += [(first, bottom + j, bottom + i), (last, top + i, top + j)]
    return np.array(faces)
