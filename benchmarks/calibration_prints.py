"""Printed boards as a camera with a lens sees them, and captures of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.calibration_rigs import Rig
from diffpol_ros.calibrate.board import Board, BoardSettings
from diffpol_ros.calibrate.captures import Capture
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.targets import Target, view_of
from diffpol_ros.core.spatial import compose
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.twin.board_camera import BoardCamera, Exposure, Lens, Panel

CHARUCO = BoardSettings("small", "charuco", rows=5, columns=7, size=0.028, ratio=0.75)
TAGS = BoardSettings("small", "apriltag", rows=3, columns=4, size=0.036, ratio=0.25, first_id=100)
PRINT = 4000.0
FACE_ON = np.array([0.0, 0.0, 0.0, 1.0])


class Studio:
    """One camera before one board."""

    def __init__(self, rig: Rig, board: Board) -> None:
        """Print the board and open the camera."""
        lens = rig.camera
        self._rig, self._board = rig, board
        self._camera = BoardCamera(
            Lens(lens.width, lens.height, lens.fx, lens.fy, lens.cx, lens.cy, lens.distortion), rays=2
        )
        self._print = board.texture(PRINT)

    def shoot(self, hands: Sequence[Pose], rng: np.random.Generator) -> GreyImage:
        """Return what the camera sees while the hand passes through `hands`."""
        moments = [[self._panel(self._rig.in_camera(hand))] for hand in hands]
        return self._camera.shoot_moving(moments, Exposure(blur=0.6, noise=2.0), rng)

    def _panel(self, target: Pose) -> Panel:
        return Panel(self._print, PRINT, compose(target, Pose(self._board.corner, FACE_ON)))


def rig_with(rig: Rig, board: Board) -> Rig:
    """Return the rig with a board as its target, its middle where the middle of the other was."""
    middle = Pose(-board.points.mean(axis=0), FACE_ON)
    return replace(rig, points=board.points, target_pose=compose(rig.target_pose, middle))


def captures_of(studio: Studio, hands: Sequence[Pose], told: Sequence[Pose], rng: np.random.Generator) -> list[Capture]:
    """Return an image from each of `hands`, with where the robot says it was."""
    return [
        Capture(studio.shoot([hand], rng), 1_000_000_000 * index, said, f"{index:03}.png")
        for index, (hand, said) in enumerate(zip(hands, told, strict=True))
    ]


def views_of(camera: CameraCalibration, target: Target, captures: Sequence[Capture]) -> list[TargetView]:
    """Return what is found in captures."""
    found = [view_of(camera, one.name, target.detect(one.image), one.hand) for one in captures]
    return [view for view in found if view is not None]
