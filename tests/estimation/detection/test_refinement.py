"""Corners come from the pattern; where it does not fit, from the edges, and then nothing is told of how well."""

import numpy as np
import pytest

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.refinement import REFINEMENTS, as_found, by_edges, by_pattern
from diffpol_ros.estimation.detection.search import Candidate
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, block_pose, cosine, draw, project, tags_in_camera

POSE = block_pose(np.random.default_rng(3))
IMAGE = draw(FRONT, [(BLOCK, POSE)])
TAG, PLACE = max(zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, POSE), strict=True), key=lambda pair: cosine(pair[1]))
CORNERS = project(FRONT, PLACE, corner_points(TAG.size))


def candidate(number: int = TAG.id, corners: Array = CORNERS) -> Candidate:
    return Candidate(number, corners, 80.0, 1)


@pytest.mark.parametrize("refine", REFINEMENTS)
def test_nothing_found_is_nothing_refined(refine: str) -> None:
    assert REFINEMENTS[refine](IMAGE, []) == []


def test_what_was_found_keeps_its_number_margin_and_corrected_bits() -> None:
    for refine in (as_found, by_edges, by_pattern):
        (tag,) = refine(IMAGE, [candidate(corners=CORNERS + 0.3)])
        assert (tag.id, tag.margin, tag.hamming) == (TAG.id, 80.0, 1)


def test_pattern_and_edges_move_corners_to_where_they_are() -> None:
    for refine, near in ((as_found, 0.31), (by_edges, 0.06), (by_pattern, 0.03)):
        (tag,) = refine(IMAGE, [candidate(corners=CORNERS + 0.3)])
        assert np.max(np.abs(tag.corners - CORNERS)) < near


def test_only_a_fitted_pattern_tells_how_well() -> None:
    known, unknown = by_pattern(IMAGE, [candidate(TAG.id + 7), candidate()])
    assert (known.id, unknown.id) == (TAG.id, TAG.id + 7)
    assert known.deviation_px is not None
    assert unknown.deviation_px is None
    assert np.max(np.abs(unknown.corners - CORNERS)) < 0.06


def test_what_has_neither_pattern_nor_edges_is_left_out() -> None:
    assert by_pattern(np.full_like(IMAGE, 120), [candidate()]) == []
