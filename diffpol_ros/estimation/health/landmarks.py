"""One camera against everything that never moves: what it sees of landmarks, and what that says of its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detector import TagDetection
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise, usual_noise
from diffpol_ros.estimation.fusion.fit import Fit
from diffpol_ros.estimation.fusion.fusion import Measurement, fuse, settle
from diffpol_ros.estimation.fusion.least_squares import Solution, moved
from diffpol_ros.estimation.fusion.projection import CornerProblem, TagView, View
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.health.drift import DriftSettings, DriftWatch, Offset, Placement, offset_between
from diffpol_ros.estimation.tag_pose import undistort

STEPS = 4


@dataclass(frozen=True, eq=False)
class _Watched:
    """A landmark of one camera."""

    model: ObjectModel
    known: Pose
    drift: DriftWatch


class LandmarkWatch:
    """Where one camera sees the landmarks, apart from all other cameras."""

    def __init__(self, landmarks: Sequence[ObjectModel], fusion: FusionSettings, drift: DriftSettings) -> None:
        """Watch `landmarks`, each with a fixed_pose."""
        self._fusion = fusion
        self._watched = [
            _Watched(model, model.fixed_pose.pose, DriftWatch(drift)) for model in landmarks if model.fixed_pose
        ]

    def see(
        self,
        camera: CameraCalibration,
        detections: Sequence[TagDetection],
        stamp_ns: int,
        noise: CornerNoise | None = None,
    ) -> bool:
        """Take one image; return whether what else it shows may be believed.

        camera: placed in the robot base frame, as calibrated. noise: how well it locates corners, if that is known.
        An image without a landmark says nothing against it.
        """
        views = [(one, _view(one.model, camera, detections, noise)) for one in self._watched]
        seen = [(one, self._offset(one, view, stamp_ns)) for one, view in views if view.tags]
        believed = [one.drift.see(offset) for one, offset in seen if offset is not None]
        return all(believed)

    @property
    def placement(self) -> Placement:
        """Return the worst that any landmark says; UNVERIFIED where none was seen yet."""
        return max((one.drift.placement for one in self._watched), key=list(Placement).index, default=VERIFIED)

    def complaint(self, camera: str) -> str:
        """Return what is wrong with the place of `camera`, or an empty text."""
        return "; ".join(_complaint(camera, one) for one in self._watched if one.drift.placement in WRONG)

    @property
    def misplaced(self) -> dict[str, Offset]:
        """Return the landmarks that are not seen where they are, by name, and how far off."""
        wrong = [one for one in self._watched if one.drift.placement in WRONG]
        return {one.model.name: one.drift.median for one in wrong if one.drift.median is not None}

    def values(self, camera: str) -> dict[str, object]:
        """Return the figures for diagnostics."""
        values: dict[str, object] = {f"placement.{camera}": self.placement.value} if self._watched else {}
        for one in self._watched:
            if one.drift.median is not None:
                values[f"offset_mm.{camera}.{one.model.name}"] = 1e3 * one.drift.median.shift
                values[f"offset_mrad.{camera}.{one.model.name}"] = 1e3 * one.drift.median.turn
        return values

    def forget(self) -> None:
        """Begin anew, after time was set back."""
        for one in self._watched:
            one.drift.forget()

    def _offset(self, one: _Watched, view: View, stamp_ns: int) -> Offset | None:
        measured = self._measure(view, one.known)
        if measured is None or self._undecided(measured, one.known):
            return None
        return offset_between(one.known, measured.pose, measured.covariance, stamp_ns)

    def _measure(self, view: View, known: Pose) -> Measurement | None:
        """Return where a landmark is seen: near where it is, if that explains the corners, else wherever."""
        problem = CornerProblem([view], usual_noise(self._fusion.noise_px))
        near = _approach(problem, known)
        if not np.mean(near.errors**2) <= self._fusion.outlier_px**2:
            return fuse([view], known, self._fusion)
        return settle(Fit((view,), problem, near, None, ()), known, self._fusion)

    def _undecided(self, measured: Measurement, known: Pose) -> bool:
        """Return whether one of two possible poses may be the known one; where neither is, either tells of a move."""
        turn = rotation_between(known.quaternion, measured.pose.quaternion)
        return measured.ambiguous and float(turn @ turn) < self._fusion.prior_angle**2


VERIFIED = Placement.VERIFIED
WRONG = (Placement.DRIFTING, Placement.MOVED)


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


def _view(
    model: ObjectModel, camera: CameraCalibration, detections: Sequence[TagDetection], noise: CornerNoise | None
) -> View:
    tags = {tag.id: tag for tag in model.tags}
    seen = [found for found in detections if found.id in tags]
    views = [TagView(tags[one.id], undistort(camera, one.corners), one.deviation_px) for one in seen]
    return View(camera, tuple(views), noise)


def _complaint(camera: str, one: _Watched) -> str:
    offset = one.drift.median
    if offset is None:
        return ""
    where = f"camera {camera} sees {one.model.name} {1e3 * offset.shift:.1f} mm and {1e3 * offset.turn:.1f} mrad off"
    if one.drift.placement is Placement.MOVED:
        return f"{where} and is refused: it or {one.model.name} was moved; put it back, or calibrate it anew"
    return f"{where}: it drifts; calibrate it anew"
