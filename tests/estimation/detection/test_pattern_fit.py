"""The fit of a whole tag finds its corners to hundredths of a pixel, says how well, and does without covered parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.detection.edges import refine_corners
from diffpol_ros.estimation.detection.pattern_fit import PatternFit, fit_pattern
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, block_pose, cosine, draw, project, tags_in_camera

SCENES = 12
DRAWN_BLUR, DRAWN_NOISE = 0.6, 2.0


def facing(pose: Pose) -> tuple[int, Array]:
    """Return the tag of the block that faces the front camera most, and its exact corners."""
    placed = zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, pose), strict=True)
    tag, in_camera = max(placed, key=lambda pair: cosine(pair[1]))
    return tag.id, project(FRONT, in_camera, corner_points(tag.size))


def scene(seed: int) -> tuple[NDArray[np.uint8], int, Array]:
    pose = block_pose(np.random.default_rng(seed))
    return draw(FRONT, [(BLOCK, pose)], seed), *facing(pose)


def fitted(image: NDArray[np.uint8], tag_id: int, start: Array) -> PatternFit:
    found = fit_pattern(image, tag_id, start)
    assert found is not None
    return found


def worst(found: PatternFit, corners: Array) -> float:
    return float(np.max(np.abs(found.corners - corners)))


def test_corners_are_found_to_hundredths_of_a_pixel_and_better_than_by_edges() -> None:
    by_pattern, by_edges = [], []
    for seed in range(SCENES):
        image, tag_id, corners = scene(seed)
        start = corners + np.random.default_rng(seed).normal(0.0, 0.3, (4, 2))
        by_pattern.append(fitted(image, tag_id, start).corners - corners)
        by_edges.append(refine_corners(image, start[None])[0][0] - corners)
    assert np.sqrt(np.mean(np.square(by_pattern))) < 0.012
    assert np.sqrt(np.mean(np.square(by_pattern))) < 0.6 * np.sqrt(np.mean(np.square(by_edges)))


def test_the_covariance_tells_how_far_the_corners_are_off() -> None:
    squares = []
    for seed in range(SCENES):
        image, tag_id, corners = scene(seed)
        found = fitted(image, tag_id, corners)
        error = (found.corners - corners).ravel()
        squares.append(float(error @ np.linalg.solve(found.covariance, error)) / len(error))
    assert 0.3 < np.mean(squares) < 3.0


def test_blur_and_noise_of_the_image_are_measured() -> None:
    found = [fitted(*scene(seed)) for seed in range(SCENES)]
    assert np.median([fit.blur for fit in found]) == pytest.approx(DRAWN_BLUR, abs=0.1)
    # The painter's own jagged edges are in it.
    assert DRAWN_NOISE < np.median([fit.noise for fit in found]) < 2.0 * DRAWN_NOISE


@pytest.mark.parametrize("corner", range(4))
@pytest.mark.parametrize("level", [0, 120, 255])
def test_a_covered_corner_does_not_move(corner: int, level: int) -> None:
    image, tag_id, corners = scene(3)
    x, y = np.round(corners[corner]).astype(int)
    image[y - 6 : y + 7, x - 6 : x + 7] = level
    found = fitted(image, tag_id, corners + 0.2)
    assert worst(found, corners) < 0.1
    assert found.seen < fitted(*scene(3)).seen


def test_a_covered_tag_is_known_less_well() -> None:
    image, tag_id, corners = scene(3)
    before = fitted(image, tag_id, corners).deviation_px
    low, high = np.round(corners.min(axis=0)).astype(int), np.round(corners.max(axis=0)).astype(int)
    image[low[1] - 5 : (3 * low[1] + high[1]) // 4, low[0] - 5 : (low[0] + high[0]) // 2] = 90
    assert fitted(image, tag_id, corners).deviation_px > 1.1 * before


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-0.7, 0.7), min_size=8, max_size=8))
def test_where_the_search_began_does_not_matter(offsets: list[float]) -> None:
    image, tag_id, corners = scene(5)
    found = fitted(image, tag_id, corners + np.reshape(offsets, (4, 2)))
    assert worst(found, fitted(image, tag_id, corners).corners) < 0.03


def test_another_tag_is_not_taken_for_this_one() -> None:
    image, tag_id, corners = scene(3)
    assert fit_pattern(image, tag_id + 7, corners) is None


@pytest.mark.parametrize("start", [np.full((4, 2), np.nan), np.zeros((4, 2))], ids=["nan", "point"])
def test_corners_of_no_square_fit_nothing(start: Array) -> None:
    image, tag_id, _ = scene(3)
    assert fit_pattern(image, tag_id, start) is None


def test_an_image_without_the_tag_fits_nothing() -> None:
    image, tag_id, corners = scene(3)
    assert fit_pattern(np.full_like(image, 120), tag_id, corners) is None


def test_a_tag_at_the_border_of_the_image_is_fitted_where_it_is_seen() -> None:
    image, tag_id, corners = scene(3)
    cut = int(corners[:, 0].min()) - 1
    found = fitted(np.ascontiguousarray(image[:, cut:]), tag_id, corners - [cut, 0])
    assert worst(found, corners - [cut, 0]) < 0.1


@pytest.mark.parametrize("light", [1.3, 2.0, 3.0])
def test_corners_in_too_much_light_are_known_to_be_uncertain(light: float) -> None:
    pose = block_pose(np.random.default_rng(1))
    bright = np.clip(draw(FRONT, [(BLOCK, pose)]) * light, 0, 255).astype(np.uint8)
    for tag, in_camera in zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, pose), strict=True):
        if cosine(in_camera) > 0.5:
            exact = project(FRONT, in_camera, corner_points(tag.size))
            fit = fit_pattern(bright, tag.id, exact)
            assert fit is not None
            assert np.max(np.abs(fit.corners - exact)) < 3.0 * fit.deviation_px
