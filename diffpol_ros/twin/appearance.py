"""Dresses the robot's links in MuJoCo with their shells, light enough for a software renderer."""

import mujoco
import numpy as np

from diffpol_ros.twin.arm import NO_CONTACT
from diffpol_ros.twin.lofts import triangles
from diffpol_ros.twin.shells import COLOURS, LIGHT, PARTS


def draw_robot(spec: mujoco.MjSpec) -> None:
    """Dress the robot's links, which must be in `spec` already."""
    for name, colour in COLOURS.items():
        spec.add_material(name=name, rgba=[*colour, 1.0], specular=0.35, shininess=0.35, emission=0.6 * (name == LIGHT))
    contype, conaffinity = NO_CONTACT
    for index, part in enumerate(PARTS):
        name = f"{part.body}_shell{index}"
        vertices, faces = triangles(part.loft)
        mesh = spec.add_mesh(name=name, inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL)
        mesh.uservert, mesh.userface = np.ravel(vertices), np.ravel(faces)
        spec.body(part.body).add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=name,
            material=part.material,
            contype=contype,
            conaffinity=conaffinity,
            mass=0.0,
        )
