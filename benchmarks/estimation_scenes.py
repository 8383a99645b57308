"""Random scenes for the accuracy of estimation: a block, cameras anywhere around it, an arm that gets in the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.estimation_placing import block_pose, camera_around, tool_pose
from diffpol_ros.control.kinematics import Kinematics, KinematicsError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, PoseSettings, load_object
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.twin.camera import CameraRenderer, View
from diffpol_ros.twin.scene import ARM_DOFS, BLOCK, BLOCK_SIZE
from diffpol_ros.twin.scene import compose as compose_scene
from diffpol_ros.twin.settings import SimulationSettings
from diffpol_ros.twin.tags import BLOCK_TAGS

CAMERAS = ("one", "two")
NEAREST, FARTHEST = 0.3, 1.0
NOISES = (1.0, 2.0, 4.0)
BLURS = (0.4, 0.6, 1.0)
ARMS = ("home", "above", "grasping")
UNMOVED = PoseSettings((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Setup:
    """What all scenes of a campaign share."""

    tag: float = 0.048
    """Edge of the block's tags [m]; the block shrinks with them."""
    width: int = 640
    """Of the image [px]."""
    height: int = 480
    """Of the image [px]."""
    focal: float = 570.0
    """Length [px]."""
    frames: int = 3
    """Of each scene; only the noise differs."""
    supersampling: int = 4
    """Rays a pixel and axis, averaged as a sensor does; 1 draws as the twin's cameras do."""

    @property
    def scale(self) -> float:
        """Return the size of the block against the shipped one."""
        return self.tag / BLOCK_TAGS[0].size

    @property
    def block_size(self) -> float:
        """Return the edge of the block [m]."""
        return self.scale * BLOCK_SIZE

    @property
    def camera(self) -> CameraCalibration:
        """Return a camera before it is put anywhere."""
        cx, cy = 0.5 * (self.width - 1), 0.5 * (self.height - 1)
        return CameraCalibration("unplaced", self.width, self.height, self.focal, self.focal, cx, cy, UNMOVED)


@dataclass(frozen=True, eq=False)
class Shot:
    """One scene at rest. distance: of both cameras to the block [m]. frames: by time, then by camera."""

    seed: int
    distance: float
    blur: float
    noise: float
    arm: str
    truth: Pose
    cameras: tuple[CameraCalibration, CameraCalibration]
    frames: tuple[tuple[GreyImage, GreyImage], ...]


def block_model(setup: Setup) -> ObjectModel:
    """Return the shipped block, shrunk to the tags of `setup`."""
    model = load_object(BLOCK)
    tags = tuple(
        replace(tag, size=setup.scale * tag.size, position=tuple(setup.scale * x for x in tag.position))
        for tag in model.tags
    )
    return replace(model, tags=tags)


class Studio:
    """Takes the pictures; the same seed gives the same."""

    def __init__(self, setup: Setup) -> None:
        """Build the world with a block of the wanted size."""
        self.setup = setup
        self._description = load_robot_description("panda")
        self._kinematics = Kinematics(self._description)
        spec = compose_scene(self._description, SimulationSettings())
        spec.mesh(BLOCK).scale = [setup.scale] * 3
        self._model = spec.compile()
        self._renderer = CameraRenderer(self._model, self._finer(setup.camera))

    def shots(self, seeds: range) -> Iterator[Shot]:
        """Return a scene for each seed."""
        return (self.shoot(seed) for seed in seeds)

    def shoot(self, seed: int) -> Shot:
        """Return the scene of `seed`."""
        random, size = np.random.default_rng(seed), self.setup.block_size
        distance = float(random.uniform(NEAREST, FARTHEST))
        truth, arm = block_pose(size, random), ARMS[int(random.integers(len(ARMS)))]
        qpos = self._positions(truth, arm, random)
        still = [replace(self.setup.camera, name=name) for name in CAMERAS]
        one, two = (camera_around(camera, truth, size, distance, random) for camera in still)
        blur, noise = float(random.choice(BLURS)), float(random.choice(NOISES))
        clean = [self._draw(camera, qpos, blur) for camera in (one, two)]
        frames = [(_noisy(clean[0], noise, random), _noisy(clean[1], noise, random)) for _ in range(self.setup.frames)]
        return Shot(seed, distance, blur, noise, arm, truth, (one, two), tuple(frames))

    def close(self) -> None:
        """Give the graphics back."""
        self._renderer.close()

    def _positions(self, block: Pose, arm: str, random: np.random.Generator) -> Array:
        """Return the positions of the whole world."""
        qpos = np.array(self._model.qpos0)
        width = self.setup.block_size if arm == "grasping" else self._description.gripper.maximum_width
        qpos[:ARM_DOFS] = self._posture(block, arm, random)
        qpos[self._address(self._description.finger_joint_names[0]) :][:2] = 0.5 * width
        x, y, z, w = block.quaternion
        qpos[self._address(BLOCK) :][:7] = [*block.position, w, x, y, z]
        return qpos

    def _address(self, joint: str) -> int:
        return int(self._model.joint(joint).qposadr[0])

    def _posture(self, block: Pose, arm: str, random: np.random.Generator) -> Array:
        """Return joints that hold the tool at the block, or above and beside it, or at home."""
        home = self._description.home_positions
        while arm != "home":
            target = tool_pose(block, arm == "grasping", random)
            try:
                return self._kinematics.solve_pose(target, home, tolerance=1e-6, iterations=100)
            except KinematicsError:
                continue
        return home

    def _draw(self, camera: CameraCalibration, qpos: Array, blur: float) -> NDArray[np.float32]:
        self._renderer.look_from(self._finer(camera))
        grey = cv2.cvtColor(self._renderer.render(qpos), cv2.COLOR_RGB2GRAY).astype(np.float32)
        pixels = cv2.resize(grey, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), dtype=np.float32)

    def _finer(self, camera: CameraCalibration) -> View:
        times = self.setup.supersampling
        cx, cy = (times * (value + 0.5) - 0.5 for value in (camera.cx, camera.cy))
        focal = times * self.setup.focal
        return View(times * camera.width, times * camera.height, focal, focal, cx, cy, camera.pose.pose)


def _noisy(clean: NDArray[np.float32], noise: float, random: np.random.Generator) -> GreyImage:
    grain = noise * random.standard_normal(clean.shape, dtype=np.float32)
    return np.asarray(np.clip(clean + grain + 0.5, 0.0, 255.0).astype(np.uint8))
