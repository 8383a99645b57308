"""Renders captures that tell where a made-up camera is and how its clock goes: a fixed tag, a board by the hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.calibrate.board import Board
from diffpol_ros.calibrate.captures import Capture, CaptureSet
from diffpol_ros.calibrate.chain import moved
from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import compose, identity_pose, inverse, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.twin.board_camera import BoardCamera, Exposure, Lens, Panel
from diffpol_ros.twin.tags import tag_image

START_NS = 1_700_000_000 * NANOSECONDS
TAG_MODULES, TAG_INNER, PIXELS_A_MODULE = 10, 8, 24
TEXELS_PER_PIXEL = 3.0
ROBOT_SHIFT, ROBOT_TURN = 1e-4, np.radians(0.02)
SECONDS, IMAGE_RATE, HAND_RATE = 10.0, 15.0, 100.0
SWING = np.array([0.04] * 3 + [0.2] * 3)


@dataclass(frozen=True, eq=False)
class Rig:
    """The truth of one set-up. camera_pose: in its mount; board_pose: in the other of base and hand.

    time_offset: what added to image stamps makes them the robot's [s].
    """

    camera: CameraCalibration
    mount: str
    camera_pose: Pose
    board_pose: Pose
    time_offset: float

    def hand_for(self, view: Pose) -> Pose:
        """Return where the hand must be for the camera to see the board at `view`."""
        seen = compose(self.camera_pose, view)
        if self.mount == "base":
            return compose(seen, inverse(self.board_pose))
        return compose(self.board_pose, inverse(seen))

    def view_from(self, hand: Pose) -> Pose:
        """Return where the camera sees the board with the hand at `hand`."""
        way = hand if self.mount == "base" else inverse(hand)
        return compose(inverse(self.camera_pose), compose(way, self.board_pose))


def made_up_rig(camera: CameraCalibration, mount: str, landmark: ObjectModel, rng: np.random.Generator) -> Rig:
    """Return a camera that looks at the landmark, a board in the hand; or one on the hand, a board on the table."""
    offset = float(rng.uniform(0.01, 0.06))
    jitter = rng.uniform(-1.0, 1.0, 6) * np.array([0.03] * 3 + [0.1] * 3)
    if mount == "base":
        face = compose(_fixed(landmark), landmark.tags[0].pose)
        looking = compose(face, inverse(_pose((0.0, 0.0, 0.6), (0.8, 0.0, 0.0))))
        return Rig(camera, mount, moved(looking, jitter), _pose((0.02, -0.05, 0.06), (1.2, 0.0, 0.0)), offset)
    beside = _pose((0.06, 0.0, -0.07), (0.0, 0.0, 1.57))
    return Rig(camera, mount, moved(beside, jitter), _pose((0.4, -0.1, 0.0), (np.pi, 0.0, 0.0)), offset)


def landmark_captures(rig: Rig, landmark: ObjectModel, count: int, rng: np.random.Generator) -> CaptureSet:
    """Return images of a landmark; nothing moves, the noise of each image is its own."""
    if rig.mount != "base":
        raise SettingsError("--mount end_effector: only a fixed camera is placed by tags at known places; use hand-eye")
    panels = [
        _tag(compose(inverse(rig.camera_pose), _fixed(landmark)), tag.id, tag.size, tag.pose) for tag in landmark.tags
    ]
    shooter = _shooter(rig.camera)
    images = [shooter.shoot(panels, Exposure(), rng) for _ in range(count)]
    taken = [Capture(image, START_NS + index * NANOSECONDS) for index, image in enumerate(images)]
    return CaptureSet(rig.camera.name, tuple(taken), rig.camera.serial)


def hand_captures(rig: Rig, board: Board, views: Sequence[Pose], rng: np.random.Generator) -> CaptureSet:
    """Return an image from each of `views`, with where the robot says the hand was."""
    images = photographs(rig.camera, board, views, rng)
    told = [_told(rig.hand_for(view), rng) for view in views]
    taken = [
        Capture(image, START_NS + index * NANOSECONDS, hand)
        for index, (image, hand) in enumerate(zip(images, told, strict=True))
    ]
    return CaptureSet(rig.camera.name, tuple(taken), rig.camera.serial)


def wiggle_captures(rig: Rig, board: Board, centre: Pose, rng: np.random.Generator) -> CaptureSet:
    """Return a wiggle of the hand about where the camera sees the board at `centre`, each by its own clock."""
    middle = rig.hand_for(centre)
    frequencies, phases = rng.uniform(0.3, 1.0, (6, 3)), rng.uniform(0.0, 2.0 * np.pi, (6, 3))

    def hand(time: float) -> Pose:
        swing = np.sin(2.0 * np.pi * frequencies * time + phases).mean(axis=1)
        return compose(middle, moved(identity_pose(), SWING * swing))

    times = np.arange(0.0, SECONDS, 1.0 / IMAGE_RATE).tolist()
    images = photographs(rig.camera, board, [rig.view_from(hand(time)) for time in times], rng)
    taken = [
        Capture(image, START_NS + to_ns(time - rig.time_offset)) for time, image in zip(times, images, strict=True)
    ]
    states = np.arange(-0.5, SECONDS + 0.5, 1.0 / HAND_RATE).tolist()
    hands = tuple((START_NS + to_ns(time), _told(hand(time), rng)) for time in states)
    return CaptureSet(rig.camera.name, tuple(taken), rig.camera.serial, hands)


def photographs(
    camera: CameraCalibration,
    board: Board,
    views: Sequence[Pose],
    rng: np.random.Generator,
    exposure: Exposure | None = None,
) -> list[GreyImage]:
    """Return pictures of the board at `views` in the camera."""
    scale = TEXELS_PER_PIXEL * camera.fx / min(float(view.position[2]) for view in views)
    texture, corner = board.texture(scale), Pose(board.corner, identity_pose().quaternion)
    shooter, exposure = _shooter(camera), exposure or Exposure()
    return [shooter.shoot([Panel(texture, scale, compose(view, corner))], exposure, rng) for view in views]


def _shooter(camera: CameraCalibration) -> BoardCamera:
    size = camera.width, camera.height
    return BoardCamera(Lens(*size, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion))


def _tag(owner: Pose, tag_id: int, size: float, place: Pose) -> Panel:
    edge = size * TAG_MODULES / TAG_INNER
    corner = _pose((-0.5 * edge, -0.5 * edge, 0.0), (0.0, 0.0, 0.0))
    pose = compose(compose(owner, place), corner)
    return Panel(tag_image(tag_id, PIXELS_A_MODULE), TAG_MODULES * PIXELS_A_MODULE / edge, pose)


def _fixed(landmark: ObjectModel) -> Pose:
    if landmark.fixed_pose is None:
        raise SettingsError(f"object {landmark.name!r} has no fixed_pose: only what is fixed tells where a camera is")
    return landmark.fixed_pose.pose


def _told(hand: Pose, rng: np.random.Generator) -> Pose:
    """Return what the robot says of its hand."""
    return moved(hand, np.concatenate([rng.normal(0.0, ROBOT_SHIFT, 3), rng.normal(0.0, ROBOT_TURN, 3)]))


def _pose(position: tuple[float, float, float], turn: tuple[float, float, float]) -> Pose:
    return Pose(np.array(position), quaternion_from_rotation_vector(np.array(turn)))
