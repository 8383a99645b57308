"""One calibration file, two readers: what the twin draws with and what a camera driver announces."""

import numpy as np
from sensor_msgs.msg import CameraInfo

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.nodes.messages import header
from diffpol_ros.twin.camera import View


def view_of(calibration: CameraCalibration) -> View:
    """Return what the twin draws for a camera of this calibration."""
    if any(calibration.distortion):
        raise SettingsError(f"camera {calibration.name!r} has distortion; the twin draws pinholes only: leave it out")
    return View(
        width=calibration.width,
        height=calibration.height,
        fx=calibration.fx,
        fy=calibration.fy,
        cx=calibration.cx,
        cy=calibration.cy,
        pose=calibration.pose.pose,
    )


def info_of(calibration: CameraCalibration) -> CameraInfo:
    """Return what a driver of this camera publishes beside its images."""
    matrix = calibration.matrix
    message = CameraInfo(width=calibration.width, height=calibration.height, header=header(0, calibration.frame))
    message.distortion_model = "plumb_bob"
    message.d = list(calibration.distortion) or [0.0] * 5
    message.k = matrix.reshape(9).tolist()
    message.r = np.eye(3).reshape(9).tolist()
    message.p = np.hstack([matrix, np.zeros((3, 1))]).reshape(12).tolist()
    return message
