"""What the commands that place a camera have in common: files in, files and a few lines out."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.writer import write_camera
from diffpol_ros.cli.calibrate.place_options import PlaceOptions
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera

FOLDER = "calibration/cameras"


class Placing:
    """The files of one command."""

    def __init__(self, options: PlaceOptions, what: str) -> None:
        """Read captures and camera; `what` names the picture."""
        self.captures = CaptureSet.load(options.captures)
        name = options.camera or self.captures.camera
        self.camera = load_camera(name, placed=False)
        self.output = options.output or find_resource(FOLDER, name)
        self.picture = options.picture or Path("results") / f"{what}-{self.camera.name}.png"
        self.date = options.date or time.strftime("%Y-%m-%d")

    def write(self, camera: CameraCalibration) -> None:
        """Write the camera and say where to."""
        kept = write_camera(replace(camera, serial=camera.serial or self.captures.serial), self.output)
        print(f"written: {self.output}" + (f" (the old one: {kept.name})" if kept else ""))
        print(f"picture: {self.picture}")

    def dated(self, camera: CameraCalibration, images: int, residual_px: float) -> CameraCalibration:
        """Return a camera that tells when and from what its place was calibrated."""
        return replace(camera, pose_date=self.date, pose_images=images, pose_residual_px=round(residual_px, 4))


def told(pose: Pose, covariance: Array, frame: str) -> str:
    """Return a pose and how well it is known."""
    deviations = np.sqrt(np.diag(covariance))
    position = ", ".join(f"{value:.4f}" for value in pose.position)
    quaternion = ", ".join(f"{value:.5f}" for value in pose.quaternion)
    known = f"± {1e3 * np.linalg.norm(deviations[:3]):.2f} mm, {np.degrees(np.linalg.norm(deviations[3:])):.3f} degrees"
    return f"camera in {frame}: position ({position}) m, quaternion ({quaternion}) xyzw; {known}"


def told_refused(refused: tuple[str, ...]) -> str:
    """Return which images were left out, or an empty text."""
    return f"; left out, for they disagree: {', '.join(refused)}" if refused else ""
