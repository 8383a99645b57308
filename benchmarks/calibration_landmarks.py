"""Fixed tags before a camera whose place is to be found: rendered with a lens, detected by our detector."""

from dataclasses import replace

import numpy as np

from benchmarks.calibration_rigs import CAMERA_DISTORTION, jittered
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.landmarks import landmark_corners
from diffpol_ros.calibrate.targets import TagTarget, view_of
from diffpol_ros.calibrate.writer import placed_at
from diffpol_ros.core.spatial import compose, inverse
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import (
    CameraCalibration,
    ObjectModel,
    PoseSettings,
    TagModel,
    load_camera,
    load_object,
)
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.twin.board_camera import BoardCamera, Exposure, Lens, Panel
from diffpol_ros.twin.tags import tag_image

FLAT = (0.7071067812, 0.7071067812, 0.0, 0.0)
MODULES, INNER, PIXELS = 10, 8, 24
FACE_ON = np.array([0.0, 0.0, 0.0, 1.0])


def four_tags(size: float, apart: float, centre: tuple[float, float]) -> ObjectModel:
    """Return four tags flat on the table around `centre` [m], `apart` [m] from one to the next."""
    places = [(0.5 * x * apart, 0.5 * y * apart, 0.0) for x in (-1, 1) for y in (-1, 1)]
    tags = [TagModel(position=place, quaternion=FLAT, id=1 + n, size=size) for n, place in enumerate(places)]
    return ObjectModel("four", tuple(tags), PoseSettings((*centre, 0.001), (0.0, 0.0, 0.0, 1.0)))


SETS: dict[str, ObjectModel] = {
    "one 80 mm tag, 0.8 m away": load_object("base"),
    "four 48 mm tags, 60 mm apart": four_tags(0.048, 0.06, (0.35, -0.25)),
    "four 48 mm tags, 250 mm apart": four_tags(0.048, 0.25, (0.5, 0.0)),
}


def random_camera(rng: np.random.Generator) -> CameraCalibration:
    """Return the front camera with a lens, a few centimetres and degrees from its place."""
    camera = replace(load_camera("front"), distortion=CAMERA_DISTORTION)
    return placed_at(camera, jittered(camera.pose.pose, rng, 0.05, 0.05), "base")


def landmark_views(
    camera: CameraCalibration, model: ObjectModel, count: int, rng: np.random.Generator
) -> list[TargetView]:
    """Return what is found in `count` images."""
    lens = Lens(camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion)
    renderer, panels = BoardCamera(lens), [_panel(camera, model, tag) for tag in model.tags]
    detector = open_detector(DetectorSettings(decimate=1.0, regions=False))
    target = TagTarget(landmark_corners([model]), detector)
    images = [renderer.shoot(panels, Exposure(blur=0.6, noise=2.0), rng) for _ in range(count)]
    views = [view_of(camera, str(index), target.detect(image), None) for index, image in enumerate(images)]
    detector.close()
    return [view for view in views if view is not None]


def _panel(camera: CameraCalibration, model: ObjectModel, tag: TagModel) -> Panel:
    assert model.fixed_pose is not None
    in_camera = compose(inverse(camera.pose.pose), compose(model.fixed_pose.pose, tag.pose))
    edge = tag.size * MODULES / INNER
    corner = compose(in_camera, Pose(np.array([-0.5 * edge, -0.5 * edge, 0.0]), FACE_ON))
    return Panel(tag_image(tag.id, PIXELS), MODULES * PIXELS / edge, corner)
