"""One camera against everything that never moves: what it sees of landmarks, and what that says of its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise
from diffpol_ros.estimation.fusion.fusion import Measurement
from diffpol_ros.estimation.fusion.projection import View
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.health.alone import measure_alone, view_of
from diffpol_ros.estimation.health.drift import DriftSettings, DriftWatch, Offset, Placement, offset_between


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
        views = [(one, view_of(one.model, camera, detections, noise)) for one in self._watched]
        seen = [(one, self._offset(one, view, stamp_ns)) for one, view in views if view.tags]
        believed = [one.drift.see(offset) for one, offset in seen if offset is not None]
        return all(believed)

    @property
    def watching(self) -> bool:
        """Return whether there is any landmark at all."""
        return bool(self._watched)

    @property
    def placement(self) -> Placement:
        """Return the worst that any landmark says; where there is none, nothing speaks against the place."""
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
        measured = measure_alone(view, one.known, self._fusion)
        if measured is None or self._undecided(measured, one.known):
            return None
        return offset_between(one.known, measured.pose, measured.covariance, stamp_ns)

    def _undecided(self, measured: Measurement, known: Pose) -> bool:
        """Return whether one of two possible poses may be the known one; where neither is, either tells of a move."""
        turn = rotation_between(known.quaternion, measured.pose.quaternion)
        return measured.ambiguous and float(turn @ turn) < self._fusion.prior_angle**2


VERIFIED = Placement.VERIFIED
WRONG = (Placement.DRIFTING, Placement.MOVED)


def _complaint(camera: str, one: _Watched) -> str:
    offset = one.drift.median
    if offset is None:
        return ""
    where = f"camera {camera} sees {one.model.name} {1e3 * offset.shift:.1f} mm and {1e3 * offset.turn:.1f} mrad off"
    if one.drift.placement is Placement.MOVED:
        return f"{where} and is refused: it or {one.model.name} was moved; put it back, or calibrate it anew"
    return f"{where}: it drifts; calibrate it anew"
