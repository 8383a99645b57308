"""A block at rest before the twin's cameras, at many distances and with tags of several sizes."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import cv2
import numpy as np

from diffpol_ros.cli.noise import TwinOptions
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.types import Array, ObjectEstimate, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, PoseSettings, load_object
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.noise.place import Three
from diffpol_ros.estimation.noise.recording import NoiseError, Recording, Scene, viewpoints_of
from diffpol_ros.twin.camera import CameraRenderer, Imperfection, View
from diffpol_ros.twin.scene import BLOCK
from diffpol_ros.twin.simulation import Simulation

CENTRE = np.array([0.5, 0.0, 0.03])
WARM_UP = 5


@dataclass(frozen=True, eq=False)
class Take:
    """One recording with what is known beside it; or, without one, what was missing."""

    label: str
    scene: Scene
    recording: Recording | None
    complaint: str = ""


def takes(cameras: Sequence[CameraCalibration], options: TwinOptions) -> Iterator[Take]:
    """Yield a recording of the block for each tag size, distance and place."""
    for size in options.tag_sizes:
        with ExitStack() as stack:
            studio = Studio(cameras, size, options, stack)
            for distance in options.distances:
                for place in range(options.places):
                    yield studio.take(distance, options.seed + place)


class Studio:
    """Cameras and a block whose tags have one size."""

    def __init__(
        self, cameras: Sequence[CameraCalibration], tag_size: float, options: TwinOptions, stack: ExitStack
    ) -> None:
        """Open the renderers; `stack` closes them."""
        self._cameras, self._options = cameras, options
        self._simulation = Simulation()
        block = load_object(BLOCK)
        self._factor = tag_size / block.tags[0].size
        self._block = scaled(block, self._factor)
        self._shrink()
        self._renderers = [self._renderer(camera, index) for index, camera in enumerate(cameras)]
        for renderer in self._renderers:
            stack.callback(renderer.close)

    def take(self, distance: float, seed: int) -> Take:
        """Record the block at the place of `seed` with the cameras `distance` [m] away."""
        truth, qpos = self._place(seed)
        cameras = [moved(camera, truth.position, distance) for camera in self._cameras]
        scene = Scene(self._block.tags[0].size, viewpoints_of(cameras), truth)
        label = f"tags of {1e3 * scene.tag_size:g} mm from {distance:g} m, place {seed}"
        try:
            with ExitStack() as stack:
                return Take(label, scene, self._record(cameras, qpos, stack))
        except NoiseError as error:
            return Take(label, scene, None, str(error))

    def _record(self, cameras: Sequence[CameraCalibration], qpos: Array, stack: ExitStack) -> Recording:
        # Fresh ones at each place: they look first where the tags were last.
        detectors = [open_detector(DetectorSettings()) for _ in cameras]
        for detector in detectors:
            stack.callback(detector.close)
        estimator = Estimator(cameras, [self._block])
        estimates: list[ObjectEstimate] = []
        stamps_ns = [to_ns(frame / self._options.rate) for frame in range(WARM_UP + self._options.frames)]
        for renderer, camera in zip(self._renderers, cameras, strict=True):
            renderer.look_from(pinhole(camera))
        for frame, stamp_ns in enumerate(stamps_ns):
            for index, camera in enumerate(cameras):
                if index == 0 or frame % 2 == 0:
                    grey = cv2.cvtColor(self._renderers[index].render(qpos), cv2.COLOR_RGB2GRAY).astype(np.uint8)
                    found = estimator.absorb(sight(camera, detectors[index], grey, stamp_ns))
                    estimates += found if frame >= WARM_UP else []
        return Recording.of(estimates, exposures_ns=stamps_ns[WARM_UP:])

    def _place(self, seed: int) -> tuple[Pose, Array]:
        self._simulation.reset(seed)
        qpos, first = self._simulation.qpos(), self._simulation.scene.block
        qpos[first + 2] = self._factor * CENTRE[2]
        x, y, z, w, i, j, k = qpos[first : first + 7]
        return Pose(np.array([x, y, z]), np.array([i, j, k, w])), qpos

    def _shrink(self) -> None:
        """Scale the picture of the block; what collides is not drawn and keeps its size."""
        model = self._simulation.model
        mesh = model.mesh(BLOCK)
        first, count = int(mesh.vertadr[0]), int(mesh.vertnum[0])
        model.mesh_vert[first : first + count] *= self._factor

    def _renderer(self, camera: CameraCalibration, index: int) -> CameraRenderer:
        flaws = Imperfection(self._options.blur, self._options.noise)
        return CameraRenderer(self._simulation.model, pinhole(camera), flaws, seed=self._options.seed + index)


def scaled(model: ObjectModel, factor: float) -> ObjectModel:
    """Return an object and its tags, `factor` as large."""
    tags = tuple(
        replace(tag, size=factor * tag.size, position=three(factor * np.array(tag.position))) for tag in model.tags
    )
    return replace(model, tags=tags)


def moved(camera: CameraCalibration, target: Array, distance: float) -> CameraCalibration:
    """Return the camera looking as before, `distance` [m] from `target`, in line with where it was."""
    away = np.array(camera.pose.position) - CENTRE
    position = target + distance * away / math.sqrt(away @ away)
    return replace(camera, pose=PoseSettings(three(position), camera.pose.quaternion))


def pinhole(camera: CameraCalibration) -> View:
    """Return what the twin draws for a camera."""
    if any(camera.distortion):
        raise SettingsError(f"camera {camera.name!r} has distortion; the twin draws pinholes only: leave it out")
    size, focal = (camera.width, camera.height), (camera.fx, camera.fy)
    return View(*size, *focal, camera.cx, camera.cy, camera.pose.pose)


def three(vector: Array) -> Three:
    """Return (3,) as a tuple."""
    return float(vector[0]), float(vector[1]), float(vector[2])
