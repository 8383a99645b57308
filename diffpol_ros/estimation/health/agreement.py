"""Do the cameras see an object in one place? Where they do not, one was moved, or the object is not as described.

A fit to the corners of all cameras would side with one of them and be sure of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise
from diffpol_ros.estimation.fusion.fusion import Measurement
from diffpol_ros.estimation.fusion.projection import View
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.health.alone import measure_alone, view_of
from diffpol_ros.estimation.health.drift import DriftSettings, DriftWatch, Offset, Placement, offset_between

# Images of a thing at rest this far apart in time are of one place, and of any thing so near in time.
TOGETHER_NS, AT_ONCE_NS = to_ns(0.15), to_ns(0.005)
REMEMBERED_NS = to_ns(0.5)


@dataclass(frozen=True, eq=False)
class _Look:
    """Where one camera alone saw an object.

    resting: as it did shortly before. split: by one tag against all others, and nothing known says that it is right.
    """

    stamp_ns: int
    pose: Pose
    covariance: Array
    resting: bool = False
    split: bool = False


@dataclass(frozen=True)
class Contradiction:
    """An image of `camera` shows an object elsewhere than `other` does; the same camera where its tags disagree."""

    name: str
    camera: str
    other: str


class AgreementWatch:
    """Compares where each camera alone sees objects at rest; the median of a while decides, at first at once."""

    def __init__(
        self,
        cameras: Sequence[CameraCalibration],
        objects: Sequence[ObjectModel],
        fusion: FusionSettings,
        drift: DriftSettings,
    ) -> None:
        """Know nothing of the objects."""
        self._cameras, self._objects = [camera.name for camera in cameras], objects
        self._fusion, self._settings = fusion, drift
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._looks: dict[tuple[str, str], _Look] = {}
        self._pairs: dict[tuple[str, str, str], DriftWatch] = {}

    def see(
        self,
        camera: CameraCalibration,
        detections: Sequence[TagDetection],
        stamp_ns: int,
        noise: CornerNoise | None = None,
    ) -> list[Contradiction]:
        """Take one image of `camera`, placed in the robot base frame; return what others contradict in it."""
        for model in self._objects:
            view = view_of(model, camera, detections, noise)
            self._look(model.name, view, stamp_ns)
        return [found for model in self._objects for found in self._contradicted(model.name, camera.name)]

    def complaints(self) -> Iterator[tuple[Placement, str]]:
        """Yield how bad each lasting disagreement is, with its words."""
        for (name, camera), look in self._looks.items():
            if look.split:
                yield Placement.MOVED, _split_words(name, camera)
        for (name, first, second), watch in self._pairs.items():
            if watch.median is not None and watch.placement in (Placement.DRIFTING, Placement.MOVED):
                yield watch.placement, _words(name, first, second, watch.median, watch.placement)

    def _look(self, name: str, view: View, stamp_ns: int) -> None:
        key = name, view.camera.name
        if key in self._looks and abs(stamp_ns - self._looks[key].stamp_ns) > REMEMBERED_NS:
            del self._looks[key]
        if not view.tags:
            return
        known = self._looks.pop(key, None)
        measured = measure_alone(view, known.pose if known else None, self._fusion)
        if measured is not None and not measured.ambiguous:
            self._looks[key] = self._judged(measured, stamp_ns, known)

    def _judged(self, measured: Measurement, stamp_ns: int, known: _Look | None) -> _Look:
        pose, covariance = measured.pose, measured.covariance
        split = measured.tags == 1 and bool(measured.refused)
        if known is None:
            return _Look(stamp_ns, pose, covariance, split=split)
        way, settings = offset_between(known.pose, pose, covariance, stamp_ns), self._settings
        rests = way.shift < settings.drift_warn and way.turn < settings.drift_warn_angle
        return _Look(stamp_ns, pose, covariance, rests, split and (known.split or way.shift > settings.drift_refuse))

    def _contradicted(self, name: str, camera: str) -> Iterator[Contradiction]:
        look = self._looks.get((name, camera))
        if look is not None and look.split:
            yield Contradiction(name, camera, camera)
        for other in self._cameras:
            if other != camera and not self._alike(name, *sorted((camera, other))):
                yield Contradiction(name, camera, other)

    def _alike(self, name: str, first: str, second: str) -> bool:
        """Return whether two cameras see an object in one place, now and lately."""
        watch = self._pairs.setdefault((name, first, second), DriftWatch(self._settings))
        one, other = self._looks.get((name, first)), self._looks.get((name, second))
        alike = watch.see(_between(one, other)) if one and other and _comparable(one, other) else True
        return alike and watch.placement is not Placement.MOVED


def _comparable(one: _Look, other: _Look) -> bool:
    apart_ns = abs(one.stamp_ns - other.stamp_ns)
    return apart_ns <= (TOGETHER_NS if one.resting and other.resting else AT_ONCE_NS)


def _between(one: _Look, other: _Look) -> Offset:
    covariance, newest_ns = one.covariance + other.covariance, max(one.stamp_ns, other.stamp_ns)
    return offset_between(one.pose, other.pose, covariance, newest_ns)


def _split_words(name: str, camera: str) -> str:
    return f"camera {camera} sees tags of {name} that contradict each other: sizes or places in its file are wrong"


def _words(name: str, first: str, second: str, offset: Offset, placement: Placement) -> str:
    apart = (
        f"cameras {first} and {second} see {name} {1e3 * offset.shift:.1f} mm and {1e3 * offset.turn:.1f} mrad apart"
    )
    if placement is Placement.MOVED:
        return f"{apart}: a camera was moved, or the file of {name} is wrong, or its tags exist twice; calibrate anew"
    return f"{apart}: calibrate them anew"
