"""The twin's tags are those that calibration/objects describes, and are seen where they are."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from diffpol_ros.core.spatial import (
    compose,
    inverse,
    quaternion_from_rotation_vector,
    rotation_between,
)
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import ObjectModel, load_camera, load_object
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.pupil_detector import PupilDetector
from diffpol_ros.estimation.fusion.tag_pose import corner_points, tag_poses
from diffpol_ros.twin.camera import CameraRenderer, View
from diffpol_ros.twin.simulation import Simulation
from diffpol_ros.twin.tags import BASE_POSE, BASE_TAG, BLOCK_TAGS, TagMount, tag_image

CAMERA = load_camera("front")
CAMERA_POSE = CAMERA.pose.pose
DISTANCE = 0.35


class Bench:
    """A block in the air before the front camera, and a detector that looks at the picture."""

    def __init__(self) -> None:
        self._simulation = Simulation()
        size, focal = (CAMERA.width, CAMERA.height), (CAMERA.fx, CAMERA.fy)
        self._renderer = CameraRenderer(self._simulation.model, View(*size, *focal, CAMERA.cx, CAMERA.cy, CAMERA_POSE))
        self._detector = PupilDetector()

    def look(self, block: Pose) -> dict[int, TagDetection]:
        qpos = self._simulation.qpos()
        x, y, z, w = block.quaternion
        first = self._simulation.scene.block
        qpos[first : first + 7] = [*block.position, w, x, y, z]
        grey = cv2.cvtColor(self._renderer.render(qpos), cv2.COLOR_RGB2GRAY).astype(np.uint8)
        return {detection.id: detection for detection in self._detector.detect(grey)}

    def close(self) -> None:
        self._renderer.close()
        self._detector.close()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


def showing(tag: TagMount, tilt: float) -> Pose:
    """Return the block's pose that turns `tag` to the camera, tilted by `tilt` [rad]."""
    turn = quaternion_from_rotation_vector(tilt * np.array([0.6, 0.8, 0.0]))
    tag_in_camera = Pose(np.array([0.01, -0.02, DISTANCE]), turn)
    return compose(CAMERA_POSE, compose(tag_in_camera, inverse(tag.pose)))


@pytest.mark.gl
@pytest.mark.parametrize("tilt", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("tag", BLOCK_TAGS, ids=lambda tag: str(tag.identifier))
def test_each_face_shows_its_tag_upright_within_a_millimetre(bench: Bench, tag: TagMount, tilt: float) -> None:
    block = showing(tag, tilt)
    detections = bench.look(block)
    assert tag.identifier in detections
    truth = compose(inverse(CAMERA_POSE), compose(block, tag.pose))
    solutions = tag_poses(CAMERA, detections[tag.identifier].corners, tag.size)
    best = min(
        solutions, key=lambda solution: np.linalg.norm(rotation_between(solution.pose.quaternion, truth.quaternion))
    )
    np.testing.assert_allclose(best.pose.position, truth.position, atol=1e-3)
    assert np.linalg.norm(rotation_between(best.pose.quaternion, truth.quaternion)) < np.radians(2.0)


@pytest.mark.gl
def test_the_base_tag_is_where_its_file_says(bench: Bench) -> None:
    detection = bench.look(Pose(np.array([0.5, 0.1, 0.03]), np.array([0.0, 0.0, 0.0, 1.0])))[BASE_TAG.identifier]
    truth = compose(inverse(CAMERA_POSE), compose(BASE_POSE, BASE_TAG.pose))
    points = np.array(
        [compose(truth, Pose(point, np.array([0.0, 0.0, 0.0, 1.0]))).position for point in corner_points(0.08)]
    )
    pixels = points @ CAMERA.matrix.T
    np.testing.assert_allclose(detection.corners, pixels[:, :2] / pixels[:, 2:], atol=0.6)


def test_the_fixed_pose_of_the_base_is_that_of_its_file() -> None:
    fixed = load_object("base").fixed_pose
    assert fixed is not None
    np.testing.assert_allclose(BASE_POSE.position, fixed.pose.position)
    np.testing.assert_allclose(BASE_POSE.quaternion, fixed.pose.quaternion)


def test_a_printed_tag_has_a_white_border_and_a_black_frame() -> None:
    image = tag_image(10, pixels=1)
    assert image.shape == (10, 10)
    assert len({*image[0], *image[-1], *image[:, 0], *image[:, -1]}) == 1
    assert image[1:9, 1].max() < 50 < 200 < image[0, 0]


@pytest.mark.parametrize(("tags", "model"), [(BLOCK_TAGS, load_object("block")), ((BASE_TAG,), load_object("base"))])
def test_tags_are_mounted_as_the_object_files_say(tags: tuple[TagMount, ...], model: ObjectModel) -> None:
    assert [tag.identifier for tag in tags] == [tag.id for tag in model.tags]
    for mounted, described in zip(tags, model.tags, strict=True):
        assert mounted.size == described.size
        np.testing.assert_allclose(mounted.pose.position, described.pose.position, atol=1e-9)
        np.testing.assert_allclose(mounted.pose.quaternion, described.pose.quaternion, atol=1e-6)
