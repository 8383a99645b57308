"""The stage itself: what cameras saw in, estimates of the objects they show out."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import closest
from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, TagModel, tag_owners
from diffpol_ros.estimation.counters import Counters
from diffpol_ros.estimation.detector import TagDetection
from diffpol_ros.estimation.filter import FilterSettings, ObjectFilter
from diffpol_ros.estimation.fusion import FusionSettings, fuse
from diffpol_ros.estimation.grasp import GraspSettings
from diffpol_ros.estimation.hand import HandBuffer, HandState
from diffpol_ros.estimation.images import ImageError
from diffpol_ros.estimation.projection import TagView, View
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sighting import Sighting
from diffpol_ros.estimation.tag_pose import undistort

SAME_EXPOSURE_NS = to_ns(0.001)


@dataclass(frozen=True, eq=False)
class _Exposure:
    """What one camera last saw of one object."""

    stamp_ns: int
    view: View


class Estimator:
    """Object poses in the robot base frame from what calibrated cameras saw.

    Feed sightings with `absorb` as they come; ask for all objects and their validity with `estimates`.
    Not for use from two threads at once; `sight` is.
    """

    def __init__(
        self,
        cameras: Sequence[CameraCalibration],
        objects: Sequence[ObjectModel],
        fusion: FusionSettings | None = None,
        filtering: FilterSettings | None = None,
        grasping: GraspSettings | None = None,
    ) -> None:
        """Estimate `objects` from `cameras`."""
        self.cameras = {camera.name: camera for camera in cameras}
        if len(self.cameras) != len(cameras):
            raise SettingsError(f"two cameras share a name: {', '.join(camera.name for camera in cameras)}")
        self.objects = {model.name: model for model in objects}
        if len(self.objects) != len(objects):
            raise SettingsError(f"two objects share a name: {', '.join(model.name for model in objects)}")
        self.counters = Counters()
        self._owners = tag_owners(objects)
        self._tags = {tag.id: tag for model in objects for tag in model.tags}
        self._fusion = fusion or FusionSettings()
        self._filters = {name: ObjectFilter(filtering or FilterSettings()) for name in self.objects}
        self._restart_after_ns = to_ns((filtering or FilterSettings()).restart_after)
        self._grasping = grasping or GraspSettings()
        self._hand = HandBuffer(self._restart_after_ns)
        self._last_stamp_ns: dict[str, int] = {}
        self._exposures: dict[str, dict[str, _Exposure]] = {name: {} for name in self.objects}

    def absorb(self, sighting: Sighting) -> list[ObjectEstimate]:
        """Return the objects measured by a sighting; those not seen are not in it."""
        camera, stamp_ns = self._camera(sighting.camera), sighting.stamp_ns
        if not self._in_order(camera.name, stamp_ns):
            self.counters.refused["out_of_order"] += 1
            return []
        self.counters.frames[camera.name] += 1
        seen = self._by_object(camera, sighting.detections)
        estimates = [self._measure(name, View(camera, tags), stamp_ns) for name, tags in seen.items()]
        return [estimate for estimate in estimates if estimate is not None]

    def see_hand(self, hand: HandState) -> None:
        """Take where the hand is: cameras on it and an object in it go by that."""
        if not self._hand.add(hand):
            self.counters.refused["hand"] += 1

    def coasting(self, now_ns: int) -> list[ObjectEstimate]:
        """Return the objects that the hand carries unseen, as they are now, stamped with the newest hand state."""
        return [estimate for estimate in self.estimates(now_ns) if estimate.tracking is Tracking.COASTING]

    def reports(self, now_ns: int) -> list[ObjectReport]:
        """Return every object ever seen, with what its estimate rests on."""
        return [
            ObjectReport(estimate, 0, 0, 0.0, False, to_seconds(now_ns - estimate.stamp_ns))
            for estimate in self.estimates(now_ns)
        ]

    def estimates(self, now_ns: int) -> list[ObjectEstimate]:
        """Return every object ever seen, with how far it can be trusted at `now_ns`."""
        estimates = [self._estimate(name, self._filters[name].tracking(now_ns)) for name in self.objects]
        return [estimate for estimate in estimates if estimate is not None]

    def reset(self) -> None:
        """Forget all poses and stamps; the counters go on."""
        for name in self.objects:
            self._filters[name].reset()
            self._exposures[name].clear()
        self._last_stamp_ns.clear()
        self._hand.clear()

    def _camera(self, name: str) -> CameraCalibration:
        if name not in self.cameras:
            raise ImageError(f"image from camera {name!r}, which is not calibrated; {closest(name, self.cameras)}")
        return self.cameras[name]

    def _in_order(self, camera_name: str, stamp_ns: int) -> bool:
        """Return whether a frame is newer than the camera's last, or so old that time was set back."""
        last_ns = self._last_stamp_ns.get(camera_name)
        if last_ns is not None and 0 <= last_ns - stamp_ns <= self._restart_after_ns:
            return False
        self._last_stamp_ns[camera_name] = stamp_ns
        return True

    def _by_object(
        self, camera: CameraCalibration, detections: Sequence[TagDetection]
    ) -> dict[str, tuple[TagView, ...]]:
        seen: dict[str, tuple[TagView, ...]] = {}
        for found in detections:
            self.counters.tags[found.id] += 1
            if found.id not in self._owners:
                self.counters.unknown[found.id] += 1
                continue
            name = self._owners[found.id].name
            seen[name] = (*seen.get(name, ()), self._view(camera, self._tags[found.id], found))
        return seen

    def _view(self, camera: CameraCalibration, tag: TagModel, found: TagDetection) -> TagView:
        return TagView(tag, undistort(camera, found.corners))

    def _measure(self, name: str, view: View, stamp_ns: int) -> ObjectEstimate | None:
        measurement = fuse(self._together(name, view, stamp_ns), self._prior(name, stamp_ns), self._fusion)
        if measurement is None or measurement.ambiguous:
            self.counters.refused["ambiguous" if measurement else "inconsistent"] += 1
            return None
        self.counters.refused.update("tag" for _ in measurement.refused)
        verdict = self._filters[name].update(measurement.pose, measurement.covariance, stamp_ns)
        if not verdict.accepted:
            self.counters.refused[verdict.value] += 1
            return None
        return self._estimate(name, Tracking.TRACKING)

    def _together(self, name: str, view: View, stamp_ns: int) -> list[View]:
        """Return this view and those of other cameras exposed at the same time: one fit to all of them."""
        exposures = self._exposures[name]
        exposures[view.camera.name] = _Exposure(stamp_ns, view)
        return [one.view for one in exposures.values() if abs(one.stamp_ns - stamp_ns) <= SAME_EXPOSURE_NS]

    def _prior(self, name: str, stamp_ns: int) -> Pose | None:
        fixed, known = self.objects[name].fixed_pose, self._filters[name]
        if fixed is not None:
            return fixed.pose
        return known.state.pose if known.state and known.tracking(stamp_ns) is not Tracking.LOST else None

    def _estimate(self, name: str, tracking: Tracking) -> ObjectEstimate | None:
        state = self._filters[name].state
        if state is None:
            return None
        return ObjectEstimate(name, state.stamp_ns, state.pose, state.covariance, tracking)
