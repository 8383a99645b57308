"""Tag corners to a hundredth of a pixel: the whole pattern of a tag, blurred as the camera blurs, fitted to the pixels.

Edges alone are drawn aside by what lies beside them where a module is only a few blurs wide, and by whatever covers
them. The pattern is known once the tag is read, so every pixel of it can be predicted: those that do not fit are
covered, and what the others leave over is the noise that the corners' covariance comes from.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.images import GreyImage
from diffpol_ros.estimation.pattern import (
    BLACK_MODULES,
    CORNERS,
    Pixels,
    derivative,
    draw,
    drift,
    homography,
    module_px,
    project,
    project_rows,
)

BORDER_PX = 3
SMALLEST_MODULE_PX = 0.5
FARTHEST_PX = 4.0
LONGEST_PX = 1.0
SMALL_PX = 0.01
FRESH_PX = 0.2
BLURS = (0.25, 3.0)
# A residual of this many deviations counts a quarter; before the corners are near, one of this share of the contrast.
OUTLYING = 4.0
FORGIVEN = (0.5, 0.2, *[0.0] * 10)
QUIETEST = 0.7
SHOWN = 0.25
SEEN_ENOUGH = 0.75
CLEAR_ENOUGH = 4.0
# The white paper may end a module outside of the black square; what lies beyond bleeds in by some blurs.
BLEEDING = 2.0
MARGIN = (0.15, 0.75)
# Pixels without slope tell the light alone: a few are enough.
FLAT = 0.02
FLAT_SHARE = 5


@dataclass(frozen=True, eq=False)
class PatternFit:
    """Where a tag's pattern lies in an image.

    corners: (4, 2) [pixel], in the detector's order. covariance: (8, 8) of them, x and y of each in turn [pixel^2].
    blur: standard deviation [pixel]. noise: of the pixels [grey level]. seen: share of them that show the tag.
    """

    corners: Array
    covariance: Array
    blur: float
    noise: float
    seen: float

    @property
    def deviation_px(self) -> float:
        """Return the standard deviation of a corner, per axis, over all corners."""
        return float(np.sqrt(np.mean(np.diag(self.covariance))))


@dataclass(frozen=True, eq=False)
class _Guess:
    """What the picture is drawn from. light: (2,) contrast of white over black, level of black [grey levels]."""

    matrix: Array
    blur: float
    light: Array


@dataclass(frozen=True, eq=False)
class _Change:
    """How the picture changes. chosen: (n,) pixels. by: (9, n) homography and blur, for a contrast of 1."""

    chosen: NDArray[np.intp]
    by: Pixels


@dataclass(frozen=True, eq=False)
class _Match:
    """How well the pixels fit a guess, and what would fit better.

    step: (11,) by homography, blur and light. normal: (11, 11) of its equations. noise: of the pixels [grey level].
    seen: share of the pixels that show the tag.
    """

    step: Array
    normal: Array
    noise: float
    seen: float


def fit_pattern(image: GreyImage, tag_id: int, corners: Array, blur: float = 0.6) -> PatternFit | None:
    """Return where the pattern of tag `tag_id` lies, from `corners` (4, 2) [pixel] that are off by one or so.

    blur: a first guess [pixel]. None where the pixels do not show that tag there.
    """
    px = module_px(corners)
    # Not a number compares as false.
    if not px > SMALLEST_MODULE_PX:
        return None
    origin, patch = _cut(image, corners)
    guess = _Guess(homography(corners - origin), blur, np.zeros(2))
    guess = replace(guess, light=_light(_picture(tag_id, guess, patch.shape, px), patch))
    settled = _settle(tag_id, patch, px, guess)
    if settled is None:
        return None
    guess, match = settled
    astray = float(np.max(np.abs(project(guess.matrix, CORNERS) + origin - corners)))
    return _fitted(guess, match, origin) if astray < FARTHEST_PX and _shown(match, guess) else None


def _settle(tag_id: int, patch: Pixels, px: float, guess: _Guess) -> tuple[_Guess, _Match] | None:
    """Return the guess that explains the pixels best, or None where none is found."""
    change, moved_px = None, np.inf
    for forgiven in FORGIVEN:
        picture = _picture(tag_id, guess, patch.shape, px)
        if change is None or moved_px > FRESH_PX:
            change = _linearize(guess, picture)
        match = _compare(guess, change, picture, patch, forgiven)
        if match is None:
            return None
        if moved_px < SMALL_PX and forgiven == 0.0:
            return guess, match
        guess, moved_px = _moved(guess, match.step)
    return None


def _picture(tag_id: int, guess: _Guess, shape: tuple[int, ...], px: float) -> Pixels:
    sharp = draw(tag_id, guess.matrix, (shape[0], shape[1]), px)
    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), guess.blur), dtype=np.float32)


def _cut(image: GreyImage, corners: Array) -> tuple[Array, Pixels]:
    """Return where the part of the image around a tag begins, and its pixels."""
    reach = BORDER_PX + (MARGIN[1] / BLACK_MODULES) * np.ptp(corners, axis=0)
    low = np.maximum(np.floor(corners.min(axis=0) - reach), 0).astype(int)
    high = np.ceil(corners.max(axis=0) + reach).astype(int) + 1
    return low.astype(np.float64), image[low[1] : high[1], low[0] : high[0]].astype(np.float32)


def _light(picture: Pixels, patch: Pixels) -> Array:
    """Return contrast and level of black (2,) by the medians of what should be white and black."""
    white, black = (float(np.median(patch[mask])) if mask.any() else 0.0 for mask in (picture > 0.8, picture < 0.2))
    return np.array([white - black, black])


def _linearize(guess: _Guess, picture: Pixels) -> _Change:
    slopes = (cv2.Sobel(picture, cv2.CV_32F, *axis, ksize=1, scale=0.5) for axis in ((1, 0), (0, 1)))
    across, down = (np.asarray(slope, dtype=np.float32) for slope in slopes)
    chosen, pixels, modules = _pixels_of_tag(guess, np.abs(across) + np.abs(down))
    by = np.empty((9, len(chosen)), dtype=np.float32)
    by[:8] = drift(guess.matrix, pixels, modules, across.ravel()[chosen], down.ravel()[chosen])
    # Blurring is heat flow: more of it changes the picture by its curvature.
    by[8] = guess.blur * cv2.Laplacian(picture, cv2.CV_32F).ravel()[chosen]
    return _Change(chosen, by)


def _pixels_of_tag(guess: _Guess, steepness: Pixels) -> tuple[NDArray[np.intp], Pixels, Pixels]:
    """Return which pixels surely show the tag or its paper, fewer of the flat ones, and where: in pixels, modules."""
    useful = steepness.ravel() > FLAT
    useful[::FLAT_SHARE] = True
    chosen = np.nonzero(useful)[0]
    pixels = np.stack(np.divmod(chosen, steepness.shape[1])[::-1]).astype(np.float32)
    modules = project_rows(np.asarray(np.linalg.inv(guess.matrix), dtype=np.float64), pixels)
    margin = np.clip(1.0 - BLEEDING * guess.blur / module_px(project(guess.matrix, CORNERS)), *MARGIN)
    inside = np.abs(modules).max(axis=0) < 0.5 * BLACK_MODULES + margin
    return chosen[inside], pixels[:, inside], modules[:, inside]


def _compare(guess: _Guess, change: _Change, picture: Pixels, patch: Pixels, forgiven: float) -> _Match | None:
    level, wanted = picture.ravel()[change.chosen], patch.ravel()[change.chosen]
    contrast, black = guess.light.astype(np.float32)
    residuals = wanted - contrast * level - black
    distances = np.abs(residuals)
    middle = len(distances) // 2
    noise = max(1.4826 * float(np.partition(distances, middle)[middle]), QUIETEST)
    weights = 1.0 / (1.0 + (distances / np.float32(max(OUTLYING * noise, forgiven * abs(float(contrast))))) ** 2) ** 2
    rows = np.vstack([contrast * change.by, level, np.ones_like(level)])
    weighted = (rows * weights).T
    normal, right = (rows @ weighted).astype(np.float64), (residuals @ weighted).astype(np.float64)
    try:
        step = np.asarray(np.linalg.solve(normal, right))
    except np.linalg.LinAlgError:
        return None
    steep = weights * (change.by[2] ** 2 + change.by[5] ** 2)
    misfit = math.sqrt(float(steep @ distances**2) / max(float(np.sum(steep)), 1e-12))
    return _Match(step, normal, max(noise, misfit), float(np.mean(weights > SHOWN)))


def _moved(guess: _Guess, step: Array) -> tuple[_Guess, float]:
    """Return the guess after a step, shortened so that no corner moves too far, and how far one did [pixel]."""
    longest = float(np.max(np.abs(derivative(guess.matrix, CORNERS) @ step[:8])))
    share = min(1.0, LONGEST_PX / max(longest, 1e-12))
    matrix = guess.matrix + share * np.append(step[:8], 0.0).reshape(3, 3)
    blur = float(np.clip(guess.blur + step[8], *BLURS))
    return _Guess(matrix, blur, guess.light + step[9:]), share * longest


def _shown(match: _Match, guess: _Guess) -> bool:
    return match.seen > SEEN_ENOUGH and float(guess.light[0]) > CLEAR_ENOUGH * match.noise


def _fitted(guess: _Guess, match: _Match, origin: Array) -> PatternFit:
    by_matrix = derivative(guess.matrix, CORNERS)
    covariance = match.noise**2 * by_matrix @ np.linalg.inv(match.normal)[:8, :8] @ by_matrix.T
    return PatternFit(project(guess.matrix, CORNERS) + origin, covariance, guess.blur, match.noise, match.seen)
