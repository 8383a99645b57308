"""From captures of a board to the lens: corners are looked for again once it is roughly known how it bends edges."""

from collections.abc import Sequence
from dataclasses import replace

from diffpol_ros.calibrate.board import Board
from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.intrinsics import BoardView, Intrinsics, IntrinsicsLimits, solve_intrinsics
from diffpol_ros.estimation.calibration import CameraCalibration

PASSES = 2


def calibrate_lens(
    captures: CaptureSet, board: Board, limits: IntrinsicsLimits | None = None, k3: bool | None = None
) -> Intrinsics:
    """Return the lens of the captures' camera, or raise Refusal with what they lack."""
    limits = limits or IntrinsicsLimits()
    rough = replace(limits, residual_px=10.0 * limits.residual_px, focal_percent=5.0, centre_px=50.0)
    lens: CameraCalibration | None = None
    for _ in range(PASSES if board.bends else 0):
        lens = solve_intrinsics(captures.camera, board_views(captures, board, lens), captures.size, rough, k3).camera
    found = solve_intrinsics(captures.camera, board_views(captures, board, lens), captures.size, limits, k3)
    return replace(found, camera=replace(found.camera, serial=captures.serial))


def board_views(captures: CaptureSet, board: Board, lens: CameraCalibration | None = None) -> Sequence[BoardView]:
    """Return what each image shows of the board."""
    names = [capture.name or f"{index:03d}" for index, capture in enumerate(captures.captures)]
    return [
        BoardView(name, board.detect(capture.image, lens))
        for name, capture in zip(names, captures.captures, strict=True)
    ]
