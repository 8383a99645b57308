"""Where one camera alone sees a thing: what it would say if there were no other camera and no memory."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise, usual_noise
from diffpol_ros.estimation.fusion.fit import Fit
from diffpol_ros.estimation.fusion.fusion import Measurement, fuse, settle
from diffpol_ros.estimation.fusion.least_squares import Solution, moved
from diffpol_ros.estimation.fusion.projection import CornerProblem, TagView, View
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.lens import undistorted

STEPS = 4


def view_of(
    model: ObjectModel, camera: CameraCalibration, detections: Sequence[TagDetection], noise: CornerNoise | None
) -> View:
    """Return what an image of `camera` (placed in the robot base frame) shows of a thing."""
    tags = {tag.id: tag for tag in model.tags}
    seen = [found for found in detections if found.id in tags and np.all(np.isfinite(found.corners))]
    views = [TagView(tags[one.id], undistorted(camera, one.corners), one.deviation_px) for one in seen]
    return View(camera, tuple(views), noise)


def measure_alone(view: View, near: Pose | None, settings: FusionSettings) -> Measurement | None:
    """Return where a thing is seen: near a pose, if that explains the corners, else wherever.

    Near it there is no search for a rival: `near` is where the thing is known to be, or where it was.
    """
    if near is None:
        return fuse([view], None, settings)
    problem = CornerProblem([view], usual_noise(settings.noise_px))
    fitted = _approach(problem, near)
    if not np.mean(fitted.errors**2) <= settings.outlier_px**2:
        return fuse([view], near, settings)
    return settle(Fit((view,), problem, fitted, None, ()), near, settings)


def _approach(problem: CornerProblem, pose: Pose) -> Solution:
    """Return the least squares fit near a pose: a few steps do where it is a centimetre off, and none where far."""
    rows, errors = _whitened(problem, pose)
    for _ in range(STEPS):
        pose = moved(pose, np.asarray(np.linalg.lstsq(rows, -errors, rcond=None)[0], dtype=np.float64))
        rows, errors = _whitened(problem, pose)
    distances = np.linalg.norm(problem.residuals(pose), axis=1)
    return Solution(pose, float(errors @ errors), rows.T @ rows, distances)


def _whitened(problem: CornerProblem, pose: Pose) -> tuple[Array, Array]:
    """Return derivative (2n, 6) and errors (2n,) in units of the corners' deviations."""
    residuals, jacobian = problem.linearize(pose)
    weights = 1.0 / np.repeat(problem.deviations, 2)
    return weights[:, None] * jacobian.reshape(-1, 6), weights * residuals.reshape(-1)
