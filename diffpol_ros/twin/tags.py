"""AprilTags on boxes: genuine tag36h11 images, upright and unmirrored on the faces they are mounted on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.arm import NO_CONTACT

Image = NDArray[np.uint8]

MODULES = 10  # 8 of the tag with its black frame, and one of white paper on either side
PIXELS = 24  # of texture a module
CELL = MODULES * PIXELS
COLUMNS = 4
PAPER = 235
INK = 18
HALF = math.sqrt(0.5)


@dataclass(frozen=True, eq=False)
class TagMount:
    """A tag on a box: tag frame x right, y down, z into the face, seen from the box's frame. size: [m]."""

    identifier: int
    size: float
    pose: Pose


def _mount(identifier: int, size: float, position: Sequence[float], quaternion: Sequence[float]) -> TagMount:
    return TagMount(identifier, size, Pose(np.array(position), np.array(quaternion)))


# As in calibration/objects/, which estimation reads; a test holds the two together.
BLOCK_TAGS = (
    _mount(10, 0.048, (0.03, 0.0, 0.0), (-0.5, -0.5, 0.5, 0.5)),
    _mount(11, 0.048, (-0.03, 0.0, 0.0), (-0.5, 0.5, -0.5, 0.5)),
    _mount(12, 0.048, (0.0, 0.03, 0.0), (0.0, HALF, -HALF, 0.0)),
    _mount(13, 0.048, (0.0, -0.03, 0.0), (-HALF, 0.0, 0.0, HALF)),
    _mount(14, 0.048, (0.0, 0.0, 0.03), (HALF, HALF, 0.0, 0.0)),
    _mount(15, 0.048, (0.0, 0.0, -0.03), (0.0, 0.0, HALF, HALF)),
)
BASE_TAG = _mount(0, 0.08, (0.0, 0.0, 0.0), (HALF, HALF, 0.0, 0.0))
BASE_POSE = Pose(np.array([0.35, -0.25, 0.001]), np.array([0.0, 0.0, 0.0, 1.0]))
PLATE_THICKNESS = 0.001


def tag_image(identifier: int, pixels: int = PIXELS) -> Image:
    """Return the printed tag with its white border, `pixels` a module, grey."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    # OpenCV keeps the AprilTag patterns turned by half a turn.
    modules = np.rot90(cv2.aruco.generateImageMarker(dictionary, identifier, MODULES - 2), 2)
    printed = np.pad(modules, 1, constant_values=255)
    grey = np.where(printed > 127, PAPER, INK).astype(np.uint8)
    return np.kron(grey, np.ones((pixels, pixels), dtype=np.uint8))


def add_tagged_box(
    spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, half_sizes: Sequence[float], tags: Sequence[TagMount]
) -> None:
    """Draw a white box at the origin of `body` with `tags` on its faces."""
    texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D)
    atlas = _atlas(tags)
    texture.height, texture.width, texture.nchannel = atlas.shape
    texture.data = atlas.tobytes()
    material = spec.add_material(name=name, specular=0.1, shininess=0.1)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    _add_box_mesh(spec, name, np.asarray(half_sizes, dtype=np.float64), tags)
    contype, conaffinity = NO_CONTACT
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH,
        meshname=name,
        material=name,
        contype=contype,
        conaffinity=conaffinity,
        mass=0.0,
    )


def _atlas(tags: Sequence[TagMount]) -> Image:
    """Return one picture with a cell for each tag, in order, and a white cell after them."""
    rows = math.ceil((len(tags) + 1) / COLUMNS)
    atlas = np.full((rows * CELL, COLUMNS * CELL), PAPER, dtype=np.uint8)
    for index, tag in enumerate(tags):
        row, column = divmod(index, COLUMNS)
        atlas[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = tag_image(tag.identifier)
    return np.repeat(atlas[:, :, None], 3, axis=2)


def _add_box_mesh(spec: mujoco.MjSpec, name: str, half_sizes: Array, tags: Sequence[TagMount]) -> None:
    vertices, normals, coordinates, faces = [], [], [], []
    rows = math.ceil((len(tags) + 1) / COLUMNS)
    for normal in np.vstack([np.eye(3), -np.eye(3)]):
        cell, right, down = _face(normal, tags)
        row, column = divmod(cell, COLUMNS)
        first = len(vertices)
        for u, v in ((0, 0), (0, 1), (1, 1), (1, 0)):
            vertices.append(half_sizes * (normal + (2 * u - 1) * right + (2 * v - 1) * down))
            normals.append(normal)
            coordinates.append(((column + u) / COLUMNS, (row + v) / rows))
        faces += [(first, first + 1, first + 2), (first, first + 2, first + 3)]
    mesh = spec.add_mesh(name=name, inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL)
    mesh.uservert = np.ravel(vertices)
    mesh.usernormal = np.ravel(normals)
    mesh.usertexcoord = np.ravel(coordinates)
    mesh.userface = np.ravel(faces)


def _face(normal: Array, tags: Sequence[TagMount]) -> tuple[int, Array, Array]:
    """Return the atlas cell of the face that looks along `normal`, and the picture's right and down there."""
    for index, tag in enumerate(tags):
        right, down, inward = matrix_from_quaternion(tag.pose.quaternion).T
        if inward @ normal < -0.99:
            return index, np.round(right), np.round(down)
    right = np.roll(normal, 1)
    return len(tags), right, np.cross(-normal, right)
