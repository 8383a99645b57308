"""Tags seen through a lens that bends lines are located as well as through one that does not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.pattern_bend import straightened
from diffpol_ros.estimation.detection.pattern_fit import fit_pattern
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, cosine, draw, project, tags_in_camera

BENT = replace(FRONT, fx=900.0, fy=900.0, distortion=(-0.25, 0.08, 0.0, 0.0))
FINER = 4
CORNERS = np.array([[100.0, 140.0], [140.0, 141.0], [141.0, 100.0], [101.0, 99.0]])


def through_lens(camera: CameraCalibration, pose: Pose) -> NDArray[np.uint8]:
    """Return what a camera with distortion sees of the block, from a finer picture without."""
    straight = replace(camera, distortion=())
    columns, rows = np.meshgrid(*(np.arange(FINER * n) for n in (camera.width, camera.height)))
    pixels = (np.stack([columns, rows], axis=2).reshape(-1, 1, 2) + 0.5) / FINER - 0.5
    ideal = cv2.undistortPoints(pixels, camera.matrix, np.array(camera.distortion), P=camera.matrix)
    picture = draw(straight, [(BLOCK, pose)])
    maps = ideal.reshape(FINER * camera.height, FINER * camera.width, 2).astype(np.float32)
    finer = cv2.remap(picture, maps, None, cv2.INTER_CUBIC)  # type: ignore[call-overload]
    return np.asarray(cv2.resize(finer, (camera.width, camera.height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def seen_corners(camera: CameraCalibration, pose: Pose) -> tuple[int, Array]:
    placed = zip(BLOCK.tags, tags_in_camera(camera, BLOCK, pose), strict=True)
    tag, in_camera = max(placed, key=lambda pair: cosine(pair[1]))
    ideal = project(camera, in_camera, corner_points(tag.size))
    rays = np.column_stack([(ideal - [camera.cx, camera.cy]) / [camera.fx, camera.fy], np.ones(4)])
    pixels, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), camera.matrix, np.array(camera.distortion))
    return tag.id, np.asarray(pixels.reshape(4, 2), dtype=np.float64)


@pytest.mark.parametrize("y", [-0.12, 0.08, 0.12])
def test_a_bent_tag_is_located_where_it_is(y: float) -> None:
    pose = Pose(np.array([0.6, y, 0.12]), np.array([0.0, 0.0, 0.0, 1.0]))
    tag_id, corners = seen_corners(BENT, pose)
    found = fit_pattern(through_lens(BENT, pose), tag_id, corners)
    assert found is not None
    bent, straight = (np.max(np.abs(at - corners)) for at in (found.corners, straightened(BENT, found.corners)))
    assert straight < 0.08
    assert straight < 0.5 * bent


def test_without_distortion_nothing_is_done() -> None:
    assert straightened(FRONT, CORNERS) is CORNERS


class Sees:
    """A detector that sees one tag, whose corners were found with a deviation or without."""

    def __init__(self, deviation_px: float | None) -> None:
        self.tag = TagDetection(7, CORNERS, 80.0, 0, deviation_px)

    def detect(self, image: GreyImage) -> list[TagDetection]:
        return [self.tag]

    def close(self) -> None:
        pass


def test_what_a_camera_sights_is_straightened_where_the_pattern_was_fitted() -> None:
    image = np.zeros((BENT.height, BENT.width), np.uint8)
    fitted, edges = (sight(BENT, Sees(deviation), image, 0).detections[0] for deviation in (0.01, None))
    assert np.array_equal(fitted.corners, straightened(BENT, CORNERS))
    assert np.array_equal(edges.corners, CORNERS)
