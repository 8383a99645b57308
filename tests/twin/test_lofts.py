"""Shells are closed and face outwards: a renderer would show the holes."""

from collections import Counter

import numpy as np
import pytest

from diffpol_ros.twin.lofts import Loft, drum, triangles
from diffpol_ros.twin.shells import PARTS, Part


def volume(loft: Loft) -> float:
    vertices, faces = triangles(loft)
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.body}-{part.material}")
def test_every_shell_of_the_robot_is_closed_and_faces_outwards(part: Part) -> None:
    vertices, faces = triangles(part.loft)
    keys = [tuple(vertex) for vertex in np.round(vertices, 9)]
    edges = Counter((keys[face[i]], keys[face[(i + 1) % 3]]) for face in faces for i in range(3))
    assert all(edges[(end, start)] == count for (start, end), count in edges.items())
    assert volume(part.loft) > 0.0


def test_a_drum_has_the_volume_of_a_cylinder() -> None:
    assert volume(drum((0.0, 0.0, 0.0), (0.0, 0.0, 0.1), 0.05, bevel=1e-6)) == pytest.approx(
        np.pi * 0.05**2 * 0.1, rel=0.03
    )


def test_the_robot_is_light_enough_for_a_software_renderer() -> None:
    assert sum(len(triangles(part.loft)[1]) for part in PARTS) < 16_000
