"""Renders captures of a board as a camera with a lens would take them."""

import numpy as np

from diffpol_ros.calibrate.board import Board, load_board
from diffpol_ros.calibrate.captures import Capture, CaptureSet
from diffpol_ros.calibrate.rehearsal import good_views, poor_views
from diffpol_ros.cli.calibrate.rehearse import Rehearse
from diffpol_ros.core.spatial import compose
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.twin.board_camera import BoardCamera, Exposure, Lens, Panel

PERIOD_NS = 1_000_000_000
TEXELS_PER_PIXEL = 3.0


def run_rehearse(options: Rehearse) -> int:
    """Write the captures; return the exit code."""
    rng = np.random.default_rng(options.seed)
    camera = made_up_camera(options.camera, (options.width, options.height), options.field_of_view, rng)
    board = load_board(options.board)
    place = poor_views if options.poor else good_views
    captures = photographed(camera, board, place(camera, board, options.count, rng), rng)
    folder = captures.save(options.folder)
    print(f"{options.count} images of {options.width}x{options.height} in {folder}; the truth is:")
    print(f"  fx {camera.fx:.2f}  fy {camera.fy:.2f}  cx {camera.cx:.2f}  cy {camera.cy:.2f}")
    print(f"  distortion {', '.join(f'{value:.4f}' for value in camera.distortion)}")
    return 0


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
    """Return pictures of the board at `views` in the camera."""
    size = camera.width, camera.height
    lens = Lens(*size, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion)
    shooter = BoardCamera(lens)
    nearest = min(float(view.position[2]) for view in views)
    scale = TEXELS_PER_PIXEL * camera.fx / nearest
    texture, corner = board.texture(scale), Pose(board.corner, np.array([0.0, 0.0, 0.0, 1.0]))
    captures = [
        Capture(
            shooter.shoot([Panel(texture, scale, compose(view, corner))], exposure or Exposure(), rng),
            index * PERIOD_NS,
        )
        for index, view in enumerate(views)
    ]
    return CaptureSet(camera.name, tuple(captures), camera.serial)
