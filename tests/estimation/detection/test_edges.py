"""Corners found again from the edges, where the detector left them a pixel or more off."""

import cv2
import numpy as np
import pytest

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.detection.edges import refine_corners
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, block_pose, cosine, draw, project, tags_in_camera


def seen(seed: int) -> tuple[GreyImage, Array]:
    """Return a drawn block and the true corners (k, 4, 2) of the tags that are seen well."""
    pose = block_pose(np.random.default_rng(seed))
    tags = [place for place in tags_in_camera(FRONT, BLOCK, pose) if cosine(place) > 0.5]
    truth = np.array([project(FRONT, place, corner_points(0.048)) for place in tags])
    return draw(FRONT, [(BLOCK, pose)], seed), truth


@pytest.mark.parametrize("seed", range(6))
def test_corners_a_pixel_off_come_back_to_hundredths(seed: int) -> None:
    image, truth = seen(seed)
    start = truth + np.random.default_rng(seed).uniform(-0.7, 0.7, truth.shape)
    corners, found = refine_corners(image, start)
    assert np.all(found)
    assert np.sqrt(np.mean((corners - truth) ** 2)) < 0.05


def test_corners_that_are_right_stay() -> None:
    image, truth = seen(1)
    once, _ = refine_corners(image, truth)
    twice, _ = refine_corners(image, once)
    assert np.max(np.abs(twice - once)) < 0.02


def test_shading_does_not_move_corners() -> None:
    image, truth = seen(2)
    dark = (0.3 * image.astype(np.float32) + 10.0).astype(np.uint8)
    difference = refine_corners(image, truth)[0] - refine_corners(dark, truth)[0]
    assert np.sqrt(np.mean(difference**2)) < 0.04


def test_something_bright_beside_the_white_border_does_not_draw_the_edge() -> None:
    image = np.full((120, 120), 250, np.uint8)
    image[34:86, 34:86] = 90
    image[40:80, 40:80] = 8
    image[50:70, 50:70] = 90
    image = cv2.GaussianBlur(image, (0, 0), 0.7).astype(np.uint8)
    truth = np.array([[[39.5, 79.5], [79.5, 79.5], [79.5, 39.5], [39.5, 39.5]]])
    off = np.array([[[-2.0, 1.5], [0.0, 0.0], [1.0, -2.0], [0.0, 0.0]]])
    corners, found = refine_corners(image, truth + off)
    assert np.all(found)
    assert np.max(np.abs(corners - truth)) < 0.1


def test_where_there_are_no_edges_nothing_is_found() -> None:
    flat = np.full((480, 640), 90, np.uint8)
    _, truth = seen(0)
    corners, found = refine_corners(flat, truth)
    assert not np.any(found)
    assert corners == pytest.approx(truth)


def test_tags_do_not_influence_each_other() -> None:
    image, truth = seen(3)
    together, _ = refine_corners(image, truth)
    alone = np.concatenate([refine_corners(image, truth[i : i + 1])[0] for i in range(len(truth))])
    assert together == pytest.approx(alone)
