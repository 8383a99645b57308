"""Renders captures as a camera with a lens would take them, and tells the truth about that camera."""

import numpy as np

from diffpol_ros.calibrate.board import Board, load_board
from diffpol_ros.calibrate.captures import LIST, Capture, CaptureSet
from diffpol_ros.calibrate.rehearsal import good_views, poor_views
from diffpol_ros.cli.calibrate.rehearse import Rehearse
from diffpol_ros.cli.calibrate.rehearse_place import (
    hand_captures,
    landmark_captures,
    made_up_rig,
    photographs,
    wiggle_captures,
)
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, load_object
from diffpol_ros.twin.board_camera import Exposure

PERIOD_NS = 1_000_000_000
FRAMES = {"base": "the robot base", "end_effector": "the end effector"}


def run_rehearse(options: Rehearse) -> int:
    """Write the captures; return the exit code."""
    if (options.folder / LIST).exists():
        raise ResourceError(f"{options.folder}: holds captures already; name another folder, or move these away")
    rng = np.random.default_rng(options.seed)
    camera = made_up_camera(options.camera, (options.width, options.height), options.field_of_view, rng)
    captures, truth = _lens(options, camera, rng) if options.purpose == "intrinsics" else _place(options, camera, rng)
    folder = captures.save(options.folder)
    print(f"{len(captures.captures)} images of {options.width}x{options.height} in {folder}; the truth is:")
    for line in truth:
        print(f"  {line}")
    return 0


def _lens(options: Rehearse, camera: CameraCalibration, rng: np.random.Generator) -> tuple[CaptureSet, list[str]]:
    board = load_board(options.board)
    place = poor_views if options.poor else good_views
    captures = photographed(camera, board, place(camera, board, options.count, rng), rng)
    numbers = f"fx {camera.fx:.2f}  fy {camera.fy:.2f}  cx {camera.cx:.2f}  cy {camera.cy:.2f}"
    return captures, [numbers, f"distortion {', '.join(f'{value:.4f}' for value in camera.distortion)}"]


def _place(options: Rehearse, camera: CameraCalibration, rng: np.random.Generator) -> tuple[CaptureSet, list[str]]:
    landmark, board = load_object(options.landmark), load_board(options.board)
    rig = made_up_rig(camera, options.mount, landmark, rng)
    views = (poor_views if options.poor else good_views)(camera, board, options.count, rng)
    if options.purpose == "extrinsics":
        captures = landmark_captures(rig, landmark, options.count, rng)
    elif options.purpose == "hand-eye":
        captures = hand_captures(rig, board, views, rng)
    else:
        captures = wiggle_captures(rig, board, poor_views(camera, board, 1, rng)[0], rng)
    position = ", ".join(f"{value:.4f}" for value in rig.camera_pose.position)
    quaternion = ", ".join(f"{value:.5f}" for value in rig.camera_pose.quaternion)
    place = f"camera in {FRAMES[rig.mount]}: position ({position}) m, quaternion ({quaternion}) xyzw"
    return captures, [place, *([f"add {1e3 * rig.time_offset:.2f} ms"] if captures.hands else [])]


def made_up_camera(
    name: str, size: tuple[int, int], field_of_view: float, rng: np.random.Generator
) -> CameraCalibration:
    """Return a camera like cheap ones are: barrel distortion, the lens not quite in the middle."""
    width, height = size
    radial, tangential = float(rng.uniform(-0.3, 0.1)), rng.uniform(-1e-3, 1e-3, 2)
    # A lens that folds its image does not exist: the second coefficient keeps rays at the border apart.
    second = radial**2 + float(rng.uniform(0.0, 0.02))
    edge = float(np.tan(0.5 * np.radians(field_of_view)))
    focal = 0.5 * width / (edge * (1.0 + radial * edge**2 + second * edge**4))
    centre = 0.5 * (np.array(size) - 1.0) + rng.uniform(-0.02, 0.02, 2) * width
    distortion = (radial, second, *tangential.tolist())
    ratio = rng.uniform(0.995, 1.005)
    return CameraCalibration(
        name, width, height, float(focal), float(focal * ratio), *centre.tolist(), distortion=distortion, serial="none"
    )


def photographed(
    camera: CameraCalibration,
    board: Board,
    views: list[Pose],
    rng: np.random.Generator,
    exposure: Exposure | None = None,
) -> CaptureSet:
    """Return captures of the board at `views` in the camera, one a second."""
    images = photographs(camera, board, views, rng, exposure)
    captures = [Capture(image, index * PERIOD_NS) for index, image in enumerate(images)]
    return CaptureSet(camera.name, tuple(captures), camera.serial)
