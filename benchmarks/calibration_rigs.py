"""Random cameras, targets and reachable hand poses to calibrate with, and what would be seen, exactly or with noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from diffpol_ros.calibrate.chain import TargetView, moved
from diffpol_ros.control.kinematics import Kinematics, KinematicsError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.spatial import (
    compose,
    homogeneous,
    inverse,
    quaternion_from_matrix,
    rotation_between,
)
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera

MARGIN_PX = 12.0
CORNERS = (6, 4)
SPACING = 0.03
FACE_ON = np.array([0.0, 0.0, 0.0, 1.0])
BESIDE_HAND = Pose(np.array([0.06, 0.0, -0.07]), FACE_ON)
ON_TABLE = np.array([0.5, 0.0, 0.0])
CAMERA_DISTORTION = (-0.08, 0.05, 0.0008, -0.0005, 0.0)


@dataclass(frozen=True, eq=False)
class Rig:
    """The truth of one set-up. camera_pose: in its mount. target_pose: in the other of base and hand."""

    camera: CameraCalibration
    mount: str
    camera_pose: Pose
    target_pose: Pose
    points: Array

    def in_camera(self, hand: Pose) -> Pose:
        """Return where the camera sees the target."""
        way = compose(inverse(hand), self.target_pose) if self.mount != "base" else compose(hand, self.target_pose)
        return compose(inverse(self.camera_pose), way)

    def hand_for(self, target_in_camera: Pose) -> Pose:
        """Return where the hand must be for the camera to see the target so."""
        seen = compose(self.camera_pose, target_in_camera)
        if self.mount == "base":
            return compose(seen, inverse(self.target_pose))
        return compose(self.target_pose, inverse(seen))


def random_rig(rng: np.random.Generator, mount: str) -> Rig:
    """Return a camera on the hand over a board on the table, or one across the table from a board in the hand."""
    camera = replace(load_camera("front"), distortion=CAMERA_DISTORTION)
    grid = np.stack(np.meshgrid(np.arange(CORNERS[0]), np.arange(CORNERS[1]), indexing="ij"), axis=-1).reshape(-1, 2)
    points = np.hstack([SPACING * (grid - 0.5 * (np.array(CORNERS) - 1.0)), np.zeros((len(grid), 1))])
    if mount == "base":
        held = Pose(np.array([0.0, 0.0, 0.06]), quaternion_from_matrix(HELD_ROTATION))
        return Rig(camera, mount, jittered(camera.pose.pose, rng, 0.1, 0.15), jittered(held, rng, 0.02, 0.2), points)
    flat = Pose(ON_TABLE, quaternion_from_matrix(np.diag([1.0, -1.0, -1.0])))
    return Rig(camera, mount, jittered(BESIDE_HAND, rng, 0.02, 0.3), jittered(flat, rng, 0.05, 0.1), points)


# A board under a hand that points down, its face to +x: columns are its axes in the hand.
HELD_ROTATION = np.array([[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def jittered(pose: Pose, rng: np.random.Generator, shift: float, turn: float) -> Pose:
    """Return `pose` moved by up to `shift` [m] and `turn` [rad] an axis."""
    return moved(pose, np.concatenate([rng.uniform(-shift, shift, 3), rng.uniform(-turn, turn, 3)]))


def hand_poses(rig: Rig, rng: np.random.Generator, count: int, tilt: float = 0.6) -> list[Pose]:
    """Return hand poses that the arm reaches and from which the whole target is in view."""
    description = load_robot_description("panda")
    arm, box, found = Kinematics(description), description.workspace, list[Pose]()
    while len(found) < count:
        hand = rig.hand_for(_random_view(rig, rng, tilt))
        if np.all(hand.position > box.lower) and np.all(hand.position < box.upper) and in_view(rig, hand):
            try:
                arm.solve_pose(hand, np.array(description.home), tolerance=1e-4, iterations=60)
            except KinematicsError:
                continue
            found.append(hand)
    return found


def _random_view(rig: Rig, rng: np.random.Generator, tilt: float) -> Pose:
    near, far = (0.45, 0.8) if rig.mount == "base" else (0.2, 0.45)
    depth = rng.uniform(near, far)
    aside = depth * rng.uniform([-0.35, -0.25], [0.35, 0.25])
    turn = np.append(rng.uniform(-tilt, tilt, 2), rng.uniform(-1.0, 1.0))
    middle = moved(Pose(np.array([*aside, depth]), FACE_ON), np.concatenate([np.zeros(3), turn]))
    return compose(middle, Pose(-rig.points.mean(axis=0), FACE_ON))


def in_view(rig: Rig, hand: Pose) -> bool:
    """Return whether all of the target is before the camera and inside its image."""
    target = rig.in_camera(hand)
    if (rig.points @ homogeneous(target)[:3, :3].T + target.position)[:, 2].min() < 0.05:
        return False
    pixels = project(rig.camera, target, rig.points)
    edge = np.array([rig.camera.width, rig.camera.height]) - MARGIN_PX
    return bool(np.all(pixels > MARGIN_PX) and np.all(pixels < edge))


def project(camera: CameraCalibration, target: Pose, points: Array) -> Array:
    """Return the pixels (n, 2) of a target's points, with the camera's distortion."""
    matrix = homogeneous(target)
    turn, _ = cv2.Rodrigues(matrix[:3, :3])
    pixels, _ = cv2.projectPoints(points, turn, matrix[:3, 3], camera.matrix, np.array(camera.distortion or (0.0,) * 4))
    return np.asarray(pixels.reshape(-1, 2), dtype=np.float64)


def ideal(camera: CameraCalibration) -> CameraCalibration:
    """Return the camera without its distortion."""
    return replace(camera, distortion=())


@dataclass(frozen=True)
class Noise:
    """Per axis: corners [pixel], the robot's word on its hand [m], [rad]."""

    corner_px: float = 0.0
    position: float = 0.0
    rotation: float = 0.0


def exact_views(rig: Rig, hands: Sequence[Pose], rng: np.random.Generator, noise: Noise) -> list[TargetView]:
    """Return what the camera sees from each of `hands`, undistorted, and what a robot with `noise` says of them."""
    views = []
    for index, hand in enumerate(hands):
        pixels = project(ideal(rig.camera), rig.in_camera(hand), rig.points)
        slip = np.concatenate([rng.normal(0.0, noise.position, 3), rng.normal(0.0, noise.rotation, 3)])
        seen = pixels + rng.normal(0.0, noise.corner_px, pixels.shape)
        views.append(TargetView(f"image_{index:03}", rig.points, seen, moved(hand, slip)))
    return views


def deviation(measured: Pose, truth: Pose) -> tuple[float, float]:
    """Return the distance in [mm] and the angle in [deg]."""
    turn = np.linalg.norm(rotation_between(truth.quaternion, measured.quaternion))
    return 1e3 * float(np.linalg.norm(measured.position - truth.position)), float(np.degrees(turn))


def near(measured: Pose, truth: Pose, millimetres: float, degrees: float) -> bool:
    """Return whether two poses differ by less than both."""
    distance, angle = deviation(measured, truth)
    return distance < millimetres and angle < degrees
