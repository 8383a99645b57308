"""Lens distortion, both ways and to the last digit, in pixels of the camera that was calibrated."""

import cv2
import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration

ROUNDS = 12
STEP_PX = 0.01
CLOSE_PX = 1e-10


def distorted(camera: CameraCalibration, pixels: Array) -> Array:
    """Return where the camera sees what one without distortion would see at `pixels` (n, 2)."""
    pixels = np.asarray(pixels, dtype=np.float64)
    if not any(camera.distortion):
        return pixels
    rays = np.column_stack([(pixels - [camera.cx, camera.cy]) / [camera.fx, camera.fy], np.ones(len(pixels))])
    seen, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), camera.matrix, np.array(camera.distortion))
    return np.asarray(seen.reshape(-1, 2), dtype=np.float64)


def undistorted(camera: CameraCalibration, pixels: Array) -> Array:
    """Return `pixels` (n, 2) as a camera without distortion would see them.

    OpenCV's own inverse stops after a few rounds: near the border of a wide lens that leaves more than a corner's
    noise. Newton's method goes on from there.
    """
    pixels = np.asarray(pixels, dtype=np.float64)
    if not any(camera.distortion) or not len(pixels):
        return pixels
    distortion = np.array(camera.distortion)
    plain = cv2.undistortPoints(pixels.reshape(-1, 1, 2), camera.matrix, distortion, P=camera.matrix).reshape(-1, 2)
    plain = np.asarray(plain, dtype=np.float64)
    for _ in range(ROUNDS):
        missing = pixels - distorted(camera, plain)
        if np.max(np.abs(missing)) < CLOSE_PX:
            break
        plain = plain + np.linalg.solve(_derivative(camera, plain), missing[:, :, None])[:, :, 0]
    return plain


def _derivative(camera: CameraCalibration, plain: Array) -> Array:
    """Return how (n, 2, 2) seen pixels move with ideal ones."""
    shifts = STEP_PX * np.eye(2)
    columns = [distorted(camera, plain + shift) - distorted(camera, plain - shift) for shift in shifts]
    return np.stack(columns, axis=2) / (2.0 * STEP_PX)
