"""What a camera sees of a tag: its printed pattern through a homography, blurred."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array

Pixels = NDArray[np.float32]

BLACK_MODULES = 8
PAPER_MODULES = 2
FEW_PX = 3.0
HALF = 0.5 * BLACK_MODULES
# The corners of the black square in the detector's order, in modules: the origin in the middle, x right, y down.
CORNERS = np.array([[-HALF, HALF], [HALF, HALF], [HALF, -HALF], [-HALF, -HALF]])


@lru_cache(maxsize=256)
def printed(tag_id: int, texels: int) -> Pixels:
    """Return the pattern on white paper, 0 black and 1 white, `texels` a module."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    # OpenCV keeps the AprilTag patterns turned by half a turn.
    modules = np.rot90(cv2.aruco.generateImageMarker(dictionary, tag_id, BLACK_MODULES), 2) > 127
    paper = np.pad(modules.astype(np.float32), PAPER_MODULES, constant_values=1.0)
    return np.kron(paper, np.ones((texels, texels), np.float32))


def homography(corners: Array) -> Array:
    """Return the (3, 3) matrix that takes modules to pixels, its last number 1, from where the corners (4, 2) are."""
    equations = np.zeros((8, 8))
    x, y = CORNERS.T
    equations[::2, 0], equations[::2, 1], equations[::2, 2] = x, y, 1.0
    equations[1::2, 3], equations[1::2, 4], equations[1::2, 5] = x, y, 1.0
    equations[:, 6] = -(corners * x[:, None]).ravel()
    equations[:, 7] = -(corners * y[:, None]).ravel()
    return np.append(np.linalg.solve(equations, corners.ravel()), 1.0).reshape(3, 3)


def project(matrix: Array, points: Array) -> Array:
    """Return points (n, 2) through a homography."""
    lifted = points @ matrix[:, :2].T + matrix[:, 2]
    return lifted[:, :2] / lifted[:, 2:]


def project_rows(matrix: Array, points: Pixels) -> Pixels:
    """Return points (2, n) through a homography, in single precision."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.astype(np.float32)
    x, y = points
    scale = 1.0 / (g * x + h * y + i)
    return np.stack([(a * x + b * y + c) * scale, (d * x + e * y + f) * scale])


def derivative(matrix: Array, modules: Array) -> Array:
    """Return how the pixels of points (n, 2) in modules move with the matrix's first eight numbers: (2 n, 8)."""
    lifted = modules @ matrix[:, :2].T + matrix[:, 2]
    rows = np.column_stack([modules, np.ones(len(modules))]) / lifted[:, 2:]
    pixels = lifted[:, :2] / lifted[:, 2:]
    result = np.zeros((len(modules), 2, 8))
    result[:, 0, :3] = result[:, 1, 3:6] = rows
    result[:, :, 6:] = -pixels[:, :, None] * rows[:, None, :2]
    return result.reshape(-1, 8)


def drift(matrix: Array, pixels: Pixels, modules: Pixels, across: Pixels, down: Pixels) -> Pixels:
    """Return how brightness at pixels (2, n) changes with the matrix's first eight numbers: (8, n).

    modules: (2, n) what these pixels show. across, down: (n,) slope of the brightness along rows and columns.
    """
    x, y = modules
    g, h, i = matrix[2].astype(np.float32)
    scale = -1.0 / (g * x + h * y + i)
    rightward, downward = scale * across, scale * down
    inward = -(rightward * pixels[0] + downward * pixels[1])
    return np.stack(
        [rightward * x, rightward * y, rightward, downward * x, downward * y, downward, inward * x, inward * y]
    )


def module_px(corners: Array) -> float:
    """Return how many pixels a module measures across the tag's narrow side."""
    if not np.all(np.isfinite(corners)):
        return 0.0
    a, b = (0.5 * (corners[1] - corners[0] + corners[2] - corners[3])).tolist()
    c, d = (0.5 * (corners[0] - corners[3] + corners[1] - corners[2])).tolist()
    # The smaller singular value of a 2x2 matrix: its determinant over the larger one.
    half, area = 0.5 * (a * a + b * b + c * c + d * d), abs(a * d - b * c)
    larger = math.sqrt(half + math.sqrt(max(half * half - area * area, 0.0)))
    return area / larger / BLACK_MODULES if area > 0.0 else 0.0


def sampling(px: float) -> tuple[int, int]:
    """Return how many samples a pixel, and texels a module of `px` pixels: about as many texels as samples.

    Then what lies between two texels is as wide as a sample, and the picture has neither steps nor a blur of its own.
    """
    samples = 4 if px < FEW_PX else 2
    return samples, 2 ** round(np.clip(np.log2(samples * px), 2, 6))


def draw(tag_id: int, matrix: Array, shape: tuple[int, int], px: float) -> Pixels:
    """Return a picture of `shape` (rows, columns) before any blur, of a tag whose modules measure `px` pixels."""
    finer, texels = sampling(px)
    texel, centre = 1.0 / texels, 0.5 * (finer - 1)
    shift = 0.5 * texel - PAPER_MODULES - HALF
    to_modules = np.array([[texel, 0.0, shift], [0.0, texel, shift], [0.0, 0.0, 1.0]])
    to_samples = np.array([[finer, 0.0, centre], [0.0, finer, centre], [0.0, 0.0, 1.0]])
    samples = cv2.warpPerspective(
        printed(tag_id, texels),
        to_samples @ matrix @ to_modules,
        (finer * shape[1], finer * shape[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=1.0,
    )
    return np.asarray(cv2.resize(samples, shape[::-1], interpolation=cv2.INTER_AREA), dtype=np.float32)
