"""What stands around the robot for the eye only: table, floor, sky, light, and the tag that never moves."""

import mujoco
import numpy as np

from diffpol_ros.twin.arm import NO_CONTACT
from diffpol_ros.twin.tags import BASE_POSE, BASE_TAG, MODULES, PLATE_THICKNESS, add_tagged_box

TABLE_CENTRE = (0.35, 0.0, -0.02)
TABLE_HALF_SIZE = (0.60, 0.75, 0.02)
TABLE_COLOUR = (0.36, 0.43, 0.50)
FLOOR_HEIGHT = -0.75
FLOOR_COLOUR = (0.33, 0.34, 0.37)
SKY = ((0.52, 0.60, 0.70), (0.84, 0.86, 0.88))


def add_surroundings(spec: mujoco.MjSpec) -> None:
    """Furnish the world of `spec`."""
    _add_light(spec)
    _add_sky(spec)
    _add_furniture(spec)
    _add_base_tag(spec)


def _add_light(spec: mujoco.MjSpec) -> None:
    spec.visual.headlight.ambient = [0.36, 0.36, 0.36]
    spec.visual.headlight.diffuse = [0.14, 0.14, 0.14]
    spec.visual.headlight.specular = [0.0, 0.0, 0.0]
    for position, strength in (((0.9, 0.8, 2.2), 0.52), ((0.4, -1.4, 1.2), 0.16)):
        light = spec.worldbody.add_light(pos=position, dir=np.array([0.35, 0.0, 0.0]) - position)
        light.type = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL
        light.diffuse = [strength] * 3
        light.specular = [0.3 * strength] * 3
        light.castshadow = strength > 0.3


def _add_sky(spec: mujoco.MjSpec) -> None:
    above, below = SKY
    spec.add_texture(
        name="sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=above,
        rgb2=below,
        width=128,
        height=128,
    )


def _add_furniture(spec: mujoco.MjSpec) -> None:
    contype, conaffinity = NO_CONTACT
    spec.add_material(name="tabletop", rgba=[*TABLE_COLOUR, 1.0], specular=0.1, shininess=0.1)
    spec.add_material(name="floor", rgba=[*FLOOR_COLOUR, 1.0], specular=0.0)
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=TABLE_CENTRE,
        size=TABLE_HALF_SIZE,
        material="tabletop",
        contype=contype,
        conaffinity=conaffinity,
    )
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        pos=[0.0, 0.0, FLOOR_HEIGHT],
        size=[4.0, 4.0, 1.0],
        material="floor",
        contype=contype,
        conaffinity=conaffinity,
    )


def _add_base_tag(spec: mujoco.MjSpec) -> None:
    x, y, z, w = BASE_POSE.quaternion
    position = BASE_POSE.position - [0.0, 0.0, 0.5 * PLATE_THICKNESS]
    plate = spec.worldbody.add_body(name="base_tag", pos=position, quat=[w, x, y, z])
    half = 0.5 * BASE_TAG.size * MODULES / (MODULES - 2)
    add_tagged_box(spec, plate, "base_tag", (half, half, 0.5 * PLATE_THICKNESS), (BASE_TAG,))
