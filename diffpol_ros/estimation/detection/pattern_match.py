"""How the picture of a tag must change to look like the pixels, where covered ones and other outliers do not count."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.pattern import (
    BLACK_MODULES,
    CORNERS,
    Pixels,
    draw,
    drift,
    module_px,
    project,
    project_rows,
)

# A residual of this many deviations counts a quarter.
OUTLYING = 4.0
QUIETEST = 0.7
SHOWN = 0.25
# The white paper may end a module outside of the black square; what lies beyond bleeds in by some blurs.
BLEEDING = 2.0
MARGIN = (0.15, 0.75)
# Pixels without slope tell the light alone: a few are enough.
FLAT = 0.02
FLAT_SHARE = 5


@dataclass(frozen=True, eq=False)
class Guess:
    """What the picture is drawn from: (3, 3) modules to pixels, and the deviation of the blur [pixel]."""

    matrix: Array
    blur: float


@dataclass(frozen=True, eq=False)
class Change:
    """How the picture changes. chosen: (n,) pixels. rows: (11, n) derivatives by matrix and blur, level, 1."""

    chosen: NDArray[np.intp]
    rows: Pixels


@dataclass(frozen=True, eq=False)
class Match:
    """What would fit better, and how well.

    numbers: (11,) by the rows of a change: contrast times step, contrast, level of black [grey level]. normal:
    (11, 11) of their equations. noise: of the pixels [grey level]. seen: share of the pixels that show the tag.
    """

    numbers: Array
    normal: Array
    noise: float
    seen: float

    @property
    def contrast(self) -> float:
        """Return how much brighter white is than black [grey level]."""
        return float(self.numbers[9])

    @property
    def white(self) -> float:
        """Return how bright white is [grey level]."""
        return float(self.numbers[9] + self.numbers[10])

    @property
    def light(self) -> Array:
        """Return the numbers (11,) of the same light and no step."""
        return np.concatenate([np.zeros(9), self.numbers[9:]])

    @property
    def step(self) -> Array:
        """Return how matrix and blur should change (9,)."""
        return self.numbers[:9] / self.numbers[9]

    @property
    def spread(self) -> Array:
        """Return the (8, 8) covariance of the matrix."""
        return np.asarray((self.noise / self.contrast) ** 2 * np.linalg.inv(self.normal)[:8, :8], dtype=np.float64)


def pictured(tag_id: int, guess: Guess, shape: tuple[int, ...], px: float) -> Pixels:
    """Return what a patch of `shape` should show; px: [pixel] a module."""
    sharp = draw(tag_id, guess.matrix, (shape[0], shape[1]), px)
    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), guess.blur), dtype=np.float32)


def linearized(guess: Guess, picture: Pixels, plenty: int) -> Change:
    """Return how the picture of a guess changes, by not many more than `plenty` pixels."""
    slopes = (cv2.Sobel(picture, cv2.CV_32F, *axis, ksize=1, scale=0.5) for axis in ((1, 0), (0, 1)))
    across, down = (np.asarray(slope, dtype=np.float32) for slope in slopes)
    chosen, pixels, modules = _pixels_of_tag(guess, np.abs(across) + np.abs(down), plenty)
    rows = np.ones((11, len(chosen)), dtype=np.float32)
    rows[:8] = drift(guess.matrix, pixels, modules, across.ravel()[chosen], down.ravel()[chosen])
    # Blurring is heat flow: more of it changes the picture by its curvature.
    rows[8] = guess.blur * cv2.Laplacian(picture, cv2.CV_32F).ravel()[chosen]
    rows[9] = picture.ravel()[chosen]
    return Change(chosen, rows)


def redrawn(change: Change, picture: Pixels) -> Change:
    """Return a change for a picture that is nearly the same: of the same pixels, with the same slopes."""
    rows = change.rows.copy()
    rows[9] = picture.ravel()[change.chosen]
    return Change(change.chosen, rows)


def _pixels_of_tag(guess: Guess, steepness: Pixels, plenty: int) -> tuple[NDArray[np.intp], Pixels, Pixels]:
    """Return which pixels surely show the tag or its paper, fewer of the flat ones, and where: in pixels, modules."""
    useful = steepness.ravel() > FLAT
    useful[::FLAT_SHARE] = True
    chosen = np.flatnonzero(useful)
    chosen = chosen[:: 1 + len(chosen) // plenty]
    pixels = np.stack(np.divmod(chosen, steepness.shape[1])[::-1]).astype(np.float32)
    modules = project_rows(np.asarray(np.linalg.inv(guess.matrix), dtype=np.float64), pixels)
    margin = min(max(1.0 - BLEEDING * guess.blur / module_px(project(guess.matrix, CORNERS)), MARGIN[0]), MARGIN[1])
    inside = np.abs(modules).max(axis=0) < 0.5 * BLACK_MODULES + margin
    return chosen[inside], pixels[:, inside], modules[:, inside]


def lit(change: Change, wanted: Pixels) -> Array:
    """Return numbers (11,) that change nothing but the light: by the medians of what should be white and black."""
    level = change.rows[9]
    white, black = (_middle(wanted[mask]) for mask in (level > 0.8, level < 0.2))
    return np.array([*[0.0] * 9, white - black, black])


def matched(change: Change, wanted: Pixels, light: Array, forgiven: float) -> Match | None:
    """Return what explains `wanted` (n,) [grey level] better than a picture in a `light` (11,) of `lit`.

    forgiven: residuals up to this share of the contrast count, whatever the noise. One step only: what the next
    picture leaves over tells outliers from errors of the corners, what this step would leave over does not.
    """
    rows = change.rows
    residuals = wanted - light.astype(np.float32) @ rows
    distances = np.abs(residuals)
    noise = max(1.4826 * _middle(distances), QUIETEST)
    limit = np.float32(max(OUTLYING * noise, forgiven * abs(float(light[9]))))
    weights = 1.0 / (1.0 + (distances / limit) ** 2) ** 2
    weighted = (rows * weights).T
    normal = (rows @ weighted).astype(np.float64)
    try:
        numbers = light + np.linalg.solve(normal, (residuals @ weighted).astype(np.float64))
    except np.linalg.LinAlgError:
        return None
    steep = weights * (rows[2] ** 2 + rows[5] ** 2)
    misfit = math.sqrt(float(steep @ distances**2) / max(float(np.sum(steep)), 1e-12))
    return Match(numbers, normal, max(noise, misfit), float(np.mean(weights > SHOWN)))


def _middle(values: Pixels) -> float:
    """Return the median, or zero of none."""
    half = len(values) // 2
    return float(np.partition(values, half)[half]) if len(values) else 0.0
