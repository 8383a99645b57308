"""From where a library put the corners of tags to where they are, and how well that is known."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.edges import refine_corners
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.pattern_fit import TYPICAL_BLUR_PX, fit_pattern
from diffpol_ros.estimation.detection.search import Candidate


def as_found(_: GreyImage, found: Sequence[Candidate]) -> list[TagDetection]:
    """Return the candidates with the corners they have."""
    return [TagDetection(one.id, one.corners, one.margin, one.hamming) for one in found]


def by_edges(image: GreyImage, found: Sequence[Candidate]) -> list[TagDetection]:
    """Return candidates with their corners where their edges meet; those without four sharp edges are left out."""
    if not found:
        return []
    corners, sharp = refine_corners(image, np.array([one.corners for one in found]))
    return [
        TagDetection(one.id, where, one.margin, one.hamming)
        for one, where, clear in zip(found, corners, sharp, strict=True)
        if clear
    ]


def by_pattern(image: GreyImage, found: Sequence[Candidate]) -> list[TagDetection]:
    """Return candidates with their corners where their pattern fits; where it does not, their edges must do."""
    fitted, others, blur = [], [], TYPICAL_BLUR_PX
    for one in found:
        fit = fit_pattern(image, one.id, one.corners, blur)
        if fit is None:
            others.append(one)
            continue
        fitted.append(TagDetection(one.id, fit.corners, one.margin, one.hamming, fit.deviation_px))
        # One lens has one blur, nearly.
        blur = fit.blur
    return [*fitted, *by_edges(image, others)]


REFINEMENTS = {"pattern": by_pattern, "edges": by_edges, "none": as_found}
