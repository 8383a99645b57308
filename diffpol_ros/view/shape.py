"""The shape of an arm's links: the twin's shells where they fit, else the body that the gate keeps clear."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.twin.lofts import Indices, triangles
from diffpol_ros.twin.shells import COLOURS, PARTS, Part

FRANKA = ((0.0, 0.0, 0.0, 0.0825, -0.0825, 0.0, 0.088), (0.333, 0.0, 0.316, 0.0, 0.384, 0.0, 0.0), 0.107)
LINKS = (*(f"link{index}" for index in range(8)), "hand", "leftfinger", "rightfinger")


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of a link in its frame: vertices (n, 3) [m], normals (n, 3), colours (n, 3), faces (m, 3)."""

    vertices: Array
    normals: Array
    colours: NDArray[np.uint8]
    faces: Indices


def fits(description: RobotDescription) -> bool:
    """Return whether the shells, a Panda's, belong on this arm; an FR3 has the same links."""
    geometry = description.kinematics
    return (geometry.a, geometry.d, geometry.flange) == FRANKA


def mesh_of(link: str) -> Mesh:
    """Return the shells of a link as one mesh."""
    meshes = [_mesh(part) for part in PARTS if part.body == f"panda_{link}"]
    starts = np.cumsum([0, *(len(each.vertices) for each in meshes[:-1])])
    return Mesh(
        np.vstack([each.vertices for each in meshes]),
        np.vstack([each.normals for each in meshes]),
        np.vstack([each.colours for each in meshes]),
        np.vstack([each.faces + start for each, start in zip(meshes, starts, strict=True)]),
    )


def spheres_of(description: RobotDescription) -> Iterable[tuple[str, Array, Array]]:
    """Yield a link's name, the centres (n, 3) and radii (n,) [m] of the spheres that cover it."""
    body = description.body()
    for frame, name in enumerate((*LINKS[1:8], "hand")):
        found = [each for each in body.spheres[body.covering] if each.frame == frame]
        if found:
            yield name, np.array([each.point for each in found]), np.array([each.radius for each in found])


def _mesh(part: Part) -> Mesh:
    vertices, faces = triangles(part.loft)
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    colour = np.array(np.array(COLOURS[part.material]) * 255.0, dtype=np.uint8)
    return Mesh(vertices, normals, np.tile(colour, (len(vertices), 1)), faces)
