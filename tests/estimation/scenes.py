"""Tags seen by the shipped cameras without any renderer: exact corners, and images drawn by homographies."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.spatial import (
    compose,
    inverse,
    matrix_from_quaternion,
    normalize_quaternion,
    quaternion_from_rotation_vector,
    rotation_between,
)
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import (
    CameraCalibration,
    ObjectModel,
    PoseSettings,
    load_camera,
    load_object,
)
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.projection import TagView, View, relative_noise
from diffpol_ros.estimation.fusion.tag_pose import corner_points

CALIBRATION = Path(__file__).resolve().parents[2] / "calibration"
FRONT = load_camera(str(CALIBRATION / "cameras" / "front.yaml"))
SIDE = load_camera(str(CALIBRATION / "cameras" / "side.yaml"))
BLOCK = load_object(str(CALIBRATION / "objects" / "block.yaml"))
BASE = load_object(str(CALIBRATION / "objects" / "base.yaml"))
OVERSAMPLING = 4
CELL = 32


def block_pose(rng: np.random.Generator, upright: bool = True) -> Pose:
    """Return a pose of the block in its area, on the table or lifted."""
    position = rng.uniform([0.4, -0.15, 0.03], [0.6, 0.15, 0.2])
    if not upright:
        return Pose(position, normalize_quaternion(rng.normal(size=4)))
    return Pose(position, quaternion_from_rotation_vector(np.array([0.0, 0.0, rng.uniform(-np.pi, np.pi)])))


def tags_in_camera(camera: CameraCalibration, model: ObjectModel, pose: Pose) -> list[Pose]:
    """Return where each tag of an object at `pose` is in the camera's frame."""
    return [compose(inverse(camera.pose.pose), compose(pose, tag.pose)) for tag in model.tags]


def cosine(tag: Pose) -> float:
    """Return how squarely a tag faces the camera: 1 face on, 0 edge on, negative from behind."""
    normal = matrix_from_quaternion(tag.quaternion)[:, 2]
    return float(normal @ tag.position / np.linalg.norm(tag.position))


def project(camera: CameraCalibration, tag: Pose, points: Array) -> Array:
    """Return the pixels (n, 2) of points in a tag's frame, without distortion."""
    pixels = (points @ matrix_from_quaternion(tag.quaternion).T + tag.position) @ camera.matrix.T
    return pixels[:, :2] / pixels[:, 2:]


def exact_view(
    camera: CameraCalibration, model: ObjectModel, pose: Pose, noise_px: float = 0.0, seed: int = 0, at_most: int = 6
) -> View:
    """Return what a perfect detector sees of an object, the best `at_most` tags, with noise on the corners.

    noise_px: of a tag seen face on; oblique ones have more, as measured.
    """
    rng = np.random.default_rng(seed)
    placed = list(zip(model.tags, tags_in_camera(camera, model, pose), strict=True))
    visible = sorted((pair for pair in placed if cosine(pair[1]) > 0.25), key=lambda pair: -cosine(pair[1]))
    seen = []
    for tag, in_camera in visible[:at_most]:
        corners = project(camera, in_camera, corner_points(tag.size))
        seen.append(TagView(tag, corners + rng.normal(0.0, noise_px * relative_noise(corners), corners.shape)))
    return View(camera, tuple(seen))


def detections(view: View) -> list[TagDetection]:
    """Return a view as a detector would report it."""
    return [TagDetection(seen.tag.id, seen.corners, 80.0, 0) for seen in view.tags]


def rebased(camera: CameraCalibration, change: Pose) -> CameraCalibration:
    """Return the camera as it is given in another base frame."""
    pose = compose(change, camera.pose.pose)
    position, quaternion = tuple(pose.position.tolist()), tuple(pose.quaternion.tolist())
    return replace(camera, pose=PoseSettings(position, quaternion))


def error(estimate: Pose, truth: Pose) -> tuple[float, float]:
    """Return the distance in [mm] and the angle in [deg] between two poses."""
    turn = np.linalg.norm(rotation_between(truth.quaternion, estimate.quaternion))
    return 1e3 * float(np.linalg.norm(estimate.position - truth.position)), float(np.degrees(turn))


def printed_tag(tag_id: int) -> NDArray[np.uint8]:
    """Return a tag with its white border, as printed."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    cells = np.full((10, 10), 255, np.uint8)
    cells[1:9, 1:9] = np.rot90(cv2.aruco.generateImageMarker(dictionary, tag_id, 8), 2)
    return np.kron(cells, np.ones((CELL, CELL), np.uint8))


def draw(camera: CameraCalibration, things: Sequence[tuple[ObjectModel, Pose]], seed: int = 0) -> NDArray[np.uint8]:
    """Return a grey image of convex things, slightly blurred and noisy, as a camera would give it."""
    canvas = np.full((camera.height * OVERSAMPLING, camera.width * OVERSAMPLING), 120, np.uint8)
    for model, pose in things:
        for tag, in_camera in zip(model.tags, tags_in_camera(camera, model, pose), strict=True):
            if cosine(in_camera) > 0.0:
                _paint(canvas, camera, tag.id, 1.25 * tag.size, in_camera)
    image = cv2.resize(canvas, (camera.width, camera.height), interpolation=cv2.INTER_AREA).astype(np.float32)
    blurred = cv2.GaussianBlur(image, (0, 0), 0.6)
    noise = np.random.default_rng(seed).normal(0.0, 2.0, blurred.shape)
    return np.clip(blurred + noise + 0.5, 0, 255).astype(np.uint8)


def _paint(canvas: NDArray[np.uint8], camera: CameraCalibration, tag_id: int, width: float, tag: Pose) -> None:
    paper = printed_tag(tag_id)
    scale, shift = width / paper.shape[0], 0.5 * width / paper.shape[0] - 0.5 * width
    on_tag = np.array([[scale, 0.0, shift], [0.0, scale, shift], [0.0, 0.0, 1.0]])
    rotation = matrix_from_quaternion(tag.quaternion)
    centre = 0.5 * OVERSAMPLING - 0.5
    finer = np.array([[OVERSAMPLING, 0.0, centre], [0.0, OVERSAMPLING, centre], [0.0, 0.0, 1.0]])
    to_canvas = finer @ camera.matrix @ np.column_stack([rotation[:, :2], tag.position]) @ on_tag
    size = (canvas.shape[1], canvas.shape[0])
    mask = cv2.warpPerspective(np.full_like(paper, 255), to_canvas, size, flags=cv2.INTER_NEAREST)
    np.copyto(canvas, cv2.warpPerspective(paper, to_canvas, size), where=mask > 0, casting="unsafe")
