"""Tag corners to a hundredth of a pixel: the whole pattern of a tag, blurred as the camera blurs, fitted to the pixels.

Edges alone are drawn aside by what lies beside them where a module is only a few blurs wide, and by whatever covers
them. The pattern is known once the tag is read, so every pixel of it can be predicted: those that do not fit are
covered, and what the others leave over is the noise that the corners' covariance comes from.
"""

import math
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.pattern import (
    BLACK_MODULES,
    CORNERS,
    Pixels,
    derivative,
    homography,
    module_px,
    project,
)
from diffpol_ros.estimation.detection.pattern_match import (
    MARGIN,
    Guess,
    Match,
    linearized,
    lit,
    matched,
    pictured,
    redrawn,
)

BORDER_PX = 3
SMALLEST_MODULE_PX = 0.5
FARTHEST_PX = 4.0
LONGEST_PX = 1.0
SMALL_PX, FRESH_PX = 0.03, 0.15
# The pixels for a first step, and for those that count.
FEW, MANY = 1000, 2500
# What residuals are forgiven in each turn, as shares of the contrast; in the last ones what a lens bends a little.
FORGIVEN = (0.5, 0.2, *[0.06] * 10)
BLURS = (0.25, 3.0)
TYPICAL_BLUR_PX = 0.6
SEEN_ENOUGH = 0.75
CLEAR_ENOUGH = 4.0
# Where white is cut off, white grows into black: how far depends on light that nobody saw. What is left of the edges
# then fits a white beyond what the image can hold.
SATURATED, SATURATED_PX = 257.0, 0.4
# Of the square that a pixel is, and of the difference between its neighbours that stands for a slope [pixel^2].
PIXEL_VARIANCE, SLOPE_VARIANCE = 1.0 / 12.0, 1.0 / 3.0


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


def fit_pattern(image: GreyImage, tag_id: int, corners: Array, blur: float = TYPICAL_BLUR_PX) -> PatternFit | None:
    """Return where the pattern of tag `tag_id` lies, from `corners` (4, 2) [pixel] that are off by one or so.

    blur: a first guess [pixel]. None where the pixels do not show that tag there.
    """
    px = module_px(corners)
    # Not a number compares as false.
    if not px > SMALLEST_MODULE_PX:
        return None
    origin, patch = _cut(image, corners)
    settled = _settle(tag_id, patch, px, Guess(homography(corners - origin), blur))
    if settled is None:
        return None
    guess, match = settled
    found = project(guess.matrix, CORNERS) + origin
    astray = float(np.max(np.abs(found - corners)))
    if not (astray < FARTHEST_PX and match.seen > SEEN_ENOUGH and match.contrast > CLEAR_ENOUGH * match.noise):
        return None
    by_matrix = derivative(guess.matrix, CORNERS)
    covariance = _sharpness(guess.blur) * by_matrix @ match.spread @ by_matrix.T
    if match.white > SATURATED:
        covariance += SATURATED_PX**2 * np.eye(8)
    return PatternFit(found, covariance, guess.blur, match.noise, match.seen)


def _sharpness(blur: float) -> float:
    """Return by how much corners are known better than slopes tell: differences of pixels two apart blur them more."""
    return math.sqrt((blur**2 + PIXEL_VARIANCE) / (blur**2 + PIXEL_VARIANCE + SLOPE_VARIANCE))


def _settle(tag_id: int, patch: Pixels, px: float, guess: Guess) -> tuple[Guess, Match] | None:
    """Return the guess that explains the pixels best, or None where none is found."""
    change, match, moved_px = None, None, np.inf
    for turn, forgiven in enumerate(FORGIVEN):
        picture = pictured(tag_id, guess, patch.shape, px)
        # The same pixels as before, where they will do: others have other noise and would draw it elsewhere.
        if change is None or turn < 2 or moved_px > FRESH_PX:
            change = linearized(guess, picture, FEW if turn == 0 else MANY)
        else:
            change = redrawn(change, picture)
        wanted = patch.ravel()[change.chosen]
        match = matched(change, wanted, lit(change, wanted) if match is None else match.light, forgiven)
        if match is None or not match.contrast > 0.0:
            return None
        guess, moved_px = _moved(guess, match.step)
        if moved_px < SMALL_PX and turn >= 2:
            break
    return (guess, match) if match is not None and moved_px < FRESH_PX else None


def _cut(image: GreyImage, corners: Array) -> tuple[Array, Pixels]:
    """Return where the part of the image around a tag begins, and its pixels."""
    reach = BORDER_PX + (MARGIN[1] / BLACK_MODULES) * np.ptp(corners, axis=0)
    low = np.maximum(np.floor(corners.min(axis=0) - reach), 0).astype(int)
    high = np.ceil(corners.max(axis=0) + reach).astype(int) + 1
    return low.astype(np.float64), image[low[1] : high[1], low[0] : high[0]].astype(np.float32)


def _moved(guess: Guess, step: Array) -> tuple[Guess, float]:
    """Return the guess after a step, shortened so that no corner moves too far, and how far one did [pixel]."""
    longest = float(np.max(np.abs(derivative(guess.matrix, CORNERS) @ step[:8])))
    share = min(1.0, LONGEST_PX / max(longest, 1e-12))
    matrix = guess.matrix + share * np.append(step[:8], 0.0).reshape(3, 3)
    blur = float(np.clip(guess.blur + step[8], *BLURS))
    return Guess(matrix, blur), share * longest
