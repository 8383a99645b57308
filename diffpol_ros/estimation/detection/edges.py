"""Tag corners to a few hundredths of a pixel: straight lines through the four edges of the black square."""

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.images import GreyImage

CELLS = 8
ALONG = np.linspace(0.06, 0.94, 17)
ACROSS = np.linspace(-1.0, 1.0, 11)
BEFORE, AFTER = [3, 0, 1, 2], [1, 2, 3, 0]
CENTRES = (np.arange(CELLS) + 0.5) / CELLS
WHITE_PERCENTILE = 90.0
BRIGHTER = 1.05
REACH_CELLS = 0.4
REACH_PX = (1.0, 2.5)
ROUNDS = 3
FARTHEST_PX = 4.0
SEEN_ENOUGH = 0.5
FAINT = 0.4
SLACK_PX = 0.02


def refine_corners(image: GreyImage, corners: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the corners (k, 4, 2) [pixel] of k tags, moved to where the edges of their black squares meet.

    And whether (k,) all four edges of a tag were found, straight and within reach: of the others nothing is known
    to better than some pixels. The edge is the centre of the brightness step: neither blur nor shading shifts it.
    """
    brightest = BRIGHTER * _white(image, corners)
    refined, seen = corners, np.ones(corners.shape[:2])
    for _ in range(ROUNDS):
        refined, seen = _refine_once(image, refined, brightest)
    moved = np.linalg.norm(refined - corners, axis=2).max(axis=1)
    # Not a number compares as false: such a tag is not found.
    return refined, (moved < FARTHEST_PX) & (seen.min(axis=1) > SEEN_ENOUGH)


def _refine_once(image: GreyImage, corners: Array, brightest: Array) -> tuple[Array, Array]:
    """Return better corners and which part (k, 4) of each edge was seen."""
    ends = corners[:, AFTER]
    along = ends - corners
    lengths = np.linalg.norm(along, axis=2, keepdims=True)
    outward = _outward(corners, along / lengths)
    reach = np.clip(REACH_CELLS / CELLS * _widths(corners, outward), *REACH_PX)
    offsets, weights = _steps(image, corners, along, outward, reach, brightest)
    shifts, seen = _lines(offsets, weights)
    starts = corners + shifts[:, :, :1] * outward
    finishes = ends + shifts[:, :, 1:] * outward
    return _intersections(starts, finishes), seen


def _outward(corners: Array, directions: Array) -> Array:
    """Return the unit normals (k, 4, 2) of the edges that point away from the tag."""
    normals = np.stack([directions[:, :, 1], -directions[:, :, 0]], axis=2)
    inside = corners.mean(axis=1, keepdims=True) - corners
    return np.where(np.sum(normals * inside, axis=2, keepdims=True) > 0.0, -normals, normals)


def _widths(corners: Array, outward: Array) -> Array:
    """Return how far (k, 4) the far side of the tag is from each edge [pixel]."""
    across = corners[:, :, None, :] - corners[:, None, :, :]
    return np.max(np.sum(across * outward[:, :, None, :], axis=3), axis=2)


def _steps(
    image: GreyImage, corners: Array, along: Array, outward: Array, reach: Array, brightest: Array
) -> tuple[Array, Array]:
    """Return where (k, 4, n) on the normals the brightness steps up [pixel], and by how much [grey level].

    brightest: (k,) levels above which nothing belongs to the tag.
    """
    points = corners[:, :, None, :] + ALONG[:, None] * along[:, :, None, :]
    distances = reach[:, :, None] * ACROSS
    samples = points[:, :, :, None, :] + distances[:, :, None, :, None] * outward[:, :, None, None, :]
    levels = _sample(image, samples.reshape(-1, len(ACROSS), 2)).reshape(samples.shape[:-1])
    # Beyond the white border may lie something brighter, with a stronger step than the tag's own.
    levels = np.minimum(levels, brightest[:, None, None, None])
    rises = np.maximum(np.diff(levels, axis=3), 0.0)
    middles = 0.5 * (distances[:, :, 1:] + distances[:, :, :-1])
    total = np.sum(rises, axis=3)
    return np.sum(rises * middles[:, :, None, :], axis=3) / np.maximum(total, 1e-6), total


def _white(image: GreyImage, corners: Array) -> Array:
    """Return how bright (k,) the white cells of each tag are [grey level]."""
    rows, columns = (grid.reshape(-1, 1) for grid in np.meshgrid(CENTRES, CENTRES, indexing="ij"))
    shares = np.hstack([(1 - columns) * rows, columns * rows, columns * (1 - rows), (1 - columns) * (1 - rows)])
    levels = _sample(image, shares @ corners)
    return np.percentile(levels, WHITE_PERCENTILE, axis=1).astype(np.float64)


def _sample(image: GreyImage, points: Array) -> NDArray[np.float32]:
    columns, rows = (np.ascontiguousarray(points[..., i], dtype=np.float32) for i in (0, 1))
    levels = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(levels, dtype=np.float32)


def _lines(offsets: Array, weights: Array) -> tuple[Array, Array]:
    """Return the offsets (k, 4, 2) of straight edges at their two ends, and which part (k, 4) lies on them."""
    clear = weights > FAINT * np.mean(weights, axis=2, keepdims=True)
    fitted = _regress(offsets, clear.astype(np.float64))
    residuals = np.abs(offsets - (fitted[:, :, :1] + ALONG * (fitted[:, :, 1:] - fitted[:, :, :1])))
    near = residuals < 3.0 * np.median(residuals, axis=2, keepdims=True) + SLACK_PX
    used = clear & near
    return _regress(offsets, used.astype(np.float64)), used.mean(axis=2)


def _regress(offsets: Array, weights: Array) -> Array:
    """Return the weighted straight line through offsets (k, 4, n) over ALONG, by its values at 0 and 1."""
    total = np.maximum(np.sum(weights, axis=2), 1e-9)
    middle = np.sum(weights * ALONG, axis=2) / total
    mean = np.sum(weights * offsets, axis=2) / total
    centred = ALONG - middle[:, :, None]
    spread = np.maximum(np.sum(weights * centred**2, axis=2), 1e-9)
    slope = np.sum(weights * centred * offsets, axis=2) / spread
    return np.stack([mean - slope * middle, mean + slope * (1.0 - middle)], axis=2)


def _intersections(starts: Array, finishes: Array) -> Array:
    """Return where each edge (k, 4, 2) meets the one before it; not finite where they are parallel."""
    along = finishes - starts
    before, along_before = starts[:, BEFORE], along[:, BEFORE]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = _cross(starts - before, along) / _cross(along_before, along)
        return before + share[:, :, None] * along_before


def _cross(one: Array, other: Array) -> Array:
    return one[:, :, 0] * other[:, :, 1] - one[:, :, 1] * other[:, :, 0]
