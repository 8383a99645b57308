"""From the bytes of a camera to the grey image the detector reads, or an error that names what is wrong."""

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.estimation.calibration import CameraCalibration

GreyImage = NDArray[np.uint8]
CHANNELS = {"mono8": 1, "8UC1": 1, "rgb8": 3, "bgr8": 3}
_CONVERSIONS = {"rgb8": cv2.COLOR_RGB2GRAY, "bgr8": cv2.COLOR_BGR2GRAY}
FOCAL_TOLERANCE = 1e-3
CENTRE_TOLERANCE_PX = 0.5
DISTORTION_TOLERANCE = 1e-3
SAMPLED_PIXEL = 4


class ImageError(DiffpolError):
    """An image that does not belong to the calibration it would be read with."""


def to_grey(pixels: NDArray[np.uint8], encoding: str) -> GreyImage:
    """Return pixels (height, width) or (height, width, 3) of a ROS `encoding` as a grey image."""
    expected = CHANNELS.get(encoding)
    if expected is None:
        raise ImageError(f"image encoding is {encoding!r}, expected one of {', '.join(sorted(CHANNELS))}")
    if pixels.ndim != (2 if expected == 1 else 3) or pixels.shape[2:] not in ((), (expected,)):
        raise ImageError(f"image of shape {pixels.shape} is not {encoding}")
    if expected == 1:
        return np.ascontiguousarray(pixels)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), _CONVERSIONS[encoding]), dtype=np.uint8)


def checksum(pixels: NDArray[np.uint8]) -> int:
    """Return a number by which an image (height, width[, 3]) is known again; every fourth pixel both ways is in it."""
    return zlib.crc32(pixels[::SAMPLED_PIXEL, ::SAMPLED_PIXEL].tobytes())


def check_image(camera: CameraCalibration, image: GreyImage) -> None:
    """Raise ImageError unless `image` is grey, 8 bits, and of the size that was calibrated."""
    expected = (camera.height, camera.width)
    if image.dtype != np.uint8 or image.ndim != 2:
        raise ImageError(f"camera {camera.name}: image is {image.dtype} {image.shape}, expected uint8 {expected}")
    if image.shape != expected:
        raise ImageError(
            f"camera {camera.name}: image is {image.shape[1]}x{image.shape[0]}, "
            f"its calibration is for {camera.width}x{camera.height}: calibrate at the size that is used"
        )


def intrinsics_complaint(
    camera: CameraCalibration, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]
) -> str:
    """Return what a driver's CameraInfo says differently from the calibration, or an empty text.

    matrix: the nine numbers of K, row by row [pixel]. distortion: OpenCV coefficients, missing ones are zero.
    """
    if (width, height) != (camera.width, camera.height):
        return f"size is {width}x{height}, calibrated {camera.width}x{camera.height}"
    if len(matrix) != 9 or not np.all(np.isfinite((*matrix, *distortion))):
        return f"K {matrix} and D {distortion} must be nine and more finite numbers"
    if matrix[0] == 0.0:
        return "K is zero: the driver does not know its calibration"
    limits = [FOCAL_TOLERANCE * camera.fx, CENTRE_TOLERANCE_PX, FOCAL_TOLERANCE * camera.fy, CENTRE_TOLERANCE_PX]
    calibrated = [camera.fx, camera.cx, camera.fy, camera.cy]
    for name, told, known, limit in zip(("fx", "cx", "fy", "cy"), _intrinsics(matrix), calibrated, limits, strict=True):
        if abs(told - known) > limit:
            return f"{name} is {told:g} px, calibrated {known:g} px"
    length = max(len(distortion), len(camera.distortion))
    told, known = (np.pad(values, (0, length - len(values))) for values in (distortion, camera.distortion))
    if np.any(np.abs(told - known) > DISTORTION_TOLERANCE):
        return f"distortion is {tuple(told.tolist())}, calibrated {tuple(known.tolist())}"
    return ""


def _intrinsics(matrix: tuple[float, ...]) -> tuple[float, float, float, float]:
    return matrix[0], matrix[2], matrix[4], matrix[5]
