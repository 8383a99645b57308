"""What the twin renders, estimation measures: tags, cameras and conventions are the same on both sides."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.pupil_detector import PupilDetector
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.twin.camera import CameraRenderer, Imperfection, View
from diffpol_ros.twin.simulation import Simulation
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, error

pytestmark = pytest.mark.gl
EPISODES = 12
FIXED = BASE.fixed_pose


class Cameras:
    """Both cameras over one simulation."""

    def __init__(self) -> None:
        self.simulation = Simulation()
        self._renderers = {camera.name: self._renderer(camera) for camera in (FRONT, SIDE)}

    def _renderer(self, camera: CameraCalibration) -> CameraRenderer:
        size, focal = (camera.width, camera.height), (camera.fx, camera.fy)
        view = View(*size, *focal, camera.cx, camera.cy, camera.pose.pose)
        return CameraRenderer(self.simulation.model, view, Imperfection(blur=0.6, noise=2.0), seed=1)

    def look(self, seed: int) -> tuple[Pose, dict[str, GreyImage]]:
        """Return where the block is in an episode and what the cameras see of it."""
        self.simulation.reset(seed)
        pictures = {name: renderer.render(self.simulation.qpos()) for name, renderer in self._renderers.items()}
        grey = {name: cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8) for name, picture in pictures.items()}
        return self.simulation.block_pose(), grey

    def close(self) -> None:
        for renderer in self._renderers.values():
            renderer.close()


@pytest.fixture(scope="module")
def cameras() -> Iterator[Cameras]:
    cameras = Cameras()
    yield cameras
    cameras.close()


@pytest.fixture(scope="module")
def detector() -> Iterator[PupilDetector]:
    detector = PupilDetector()
    yield detector
    detector.close()


def test_two_cameras_measure_the_rendered_block_to_a_fraction_of_a_millimetre(
    cameras: Cameras, detector: PupilDetector
) -> None:
    errors = []
    for seed in range(EPISODES):
        truth, images = cameras.look(seed)
        estimator = Estimator([FRONT, SIDE], [BLOCK, BASE])
        for name, image in images.items():
            estimator.absorb(sight(estimator.cameras[name], detector, image, seed))
        found = {estimate.name: estimate for estimate in estimator.estimates(seed)}
        errors.append(error(found["block"].pose, truth))
        assert FIXED is not None
        assert error(found["base"].pose, FIXED.pose)[0] < 1.0
    assert np.max(errors, axis=0)[0] < 0.5
    assert np.max(errors, axis=0)[1] < 0.5


@pytest.mark.parametrize("camera", [FRONT, SIDE])
def test_one_camera_measures_the_rendered_block_to_millimetres_without_flips(
    cameras: Cameras, detector: PupilDetector, camera: CameraCalibration
) -> None:
    errors = []
    for seed in range(EPISODES):
        truth, images = cameras.look(seed)
        estimates = Estimator([camera], [BLOCK, BASE]).absorb(sight(camera, detector, images[camera.name], 0))
        errors += [error(estimate.pose, truth) for estimate in estimates if estimate.name == "block"]
    assert len(errors) >= EPISODES - 1
    assert np.median(errors, axis=0)[0] < 1.0
    assert np.max(errors, axis=0)[0] < 8.0
    assert np.max(errors, axis=0)[1] < 3.0
