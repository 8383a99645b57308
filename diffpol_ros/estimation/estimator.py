"""The stage itself: what cameras saw in, estimates of the objects they show out."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import closest
from diffpol_ros.core.types import ObjectEstimate, Tracking
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, tag_owners
from diffpol_ros.estimation.counters import Counters
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.images import ImageError
from diffpol_ros.estimation.detection.sighting import Sighting
from diffpol_ros.estimation.fusion.corner_noise import CornerNoise, book_of
from diffpol_ros.estimation.fusion.fusion import FusionSettings
from diffpol_ros.estimation.fusion.projection import TagView, View
from diffpol_ros.estimation.lens import undistorted
from diffpol_ros.estimation.report import ObjectReport, report_on
from diffpol_ros.estimation.tracking.arrivals import Arrival, Arrivals
from diffpol_ros.estimation.tracking.filter import FilterSettings, FilterState, tracking
from diffpol_ros.estimation.tracking.grasp import Grasp, GraspSettings
from diffpol_ros.estimation.tracking.hand import HandBuffer, HandState, placed
from diffpol_ros.estimation.tracking.timeline import Exposure, Timeline


class Estimator:
    """Object poses in the robot base frame from what calibrated cameras saw.

    Feed sightings with `absorb` as they come, late ones too, and the hand with `see_hand`; ask for all objects and
    their validity with `estimates`. Not for use from two threads at once; `sight` is.
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
        self._fusion, self._filtering = fusion or FusionSettings(), filtering or FilterSettings()
        self._noise = book_of(self._fusion, to_ns(self._filtering.window))
        self._arrivals = Arrivals(to_ns(self._filtering.window), to_ns(self._filtering.restart_after))
        self._hand = HandBuffer(to_ns(self._filtering.restart_after))
        self._grasp = Grasp(grasping or GraspSettings(), self._hand)
        self._timelines = {model.name: self._timeline(model) for model in objects}

    def absorb(self, sighting: Sighting) -> list[ObjectEstimate]:
        """Return the present estimates of the objects that a sighting measured; those not seen are not in it."""
        camera = self._camera(sighting.camera)
        stamp_ns = sighting.stamp_ns + to_ns(camera.time_offset)
        if not self._admit(camera, stamp_ns):
            return []
        self.counters.frames[camera.name] += 1
        where = placed(camera, self._hand, sighting.stamp_ns)
        if where is None:
            self.counters.refused[f"no_hand_pose.{camera.name}"] += 1
            return []
        self._close(self._arrivals.newest_ns - to_ns(self._filtering.window))
        noise = self.noise(camera.name, sighting.stamp_ns)
        seen = self._by_object(where, sighting.detections)
        measured = [
            name for name, tags in seen.items() if self._measure(name, Exposure(stamp_ns, View(where, tags, noise)))
        ]
        return [self._estimate(name, state, Tracking.TRACKING) for name, state in self._states() if name in measured]

    def see_hand(self, hand: HandState) -> None:
        """Take where the hand is: cameras on it and an object in it go by that."""
        if self._hand.add(hand):
            self._grasp.see(hand, dict(self._states()))
        else:
            self.counters.refused["hand"] += 1

    def estimates(self, now_ns: int) -> list[ObjectEstimate]:
        """Return every object ever seen, with how far it can be trusted at `now_ns`."""
        return [self._present(name, state, now_ns) for name, state in self._states()]

    def coasting(self, now_ns: int) -> list[ObjectEstimate]:
        """Return the objects that the hand carries unseen, as they are now, stamped with the newest hand state."""
        return [estimate for estimate in self.estimates(now_ns) if estimate.tracking is Tracking.COASTING]

    def reports(self, now_ns: int) -> list[ObjectReport]:
        """Return every object ever seen, located or not, with what its estimate rests on."""
        known = {estimate.name: estimate for estimate in self.estimates(now_ns)}
        return [
            report_on(name, known.get(name), timeline, now_ns)
            for name, timeline in self._timelines.items()
            if name in known or timeline.ambiguous
        ]

    def placed(self, camera_name: str, stamp_ns: int) -> CameraCalibration | None:
        """Return a camera with its pose in the robot base frame when it stamped an image `stamp_ns`.

        None where it sits on the hand and nobody knows where the hand was.
        """
        return placed(self._camera(camera_name), self._hand, stamp_ns)

    def noise(self, camera_name: str, stamp_ns: int) -> CornerNoise | None:
        """Return how well a camera locates corners, as learned; None where that is not learned but set."""
        if not self._fusion.learn_noise:
            return None
        return self._noise.at(camera_name, stamp_ns + to_ns(self._camera(camera_name).time_offset))

    def reset(self) -> None:
        """Forget all poses and stamps; the counters go on, and what was learned about the cameras stays."""
        self._arrivals.clear()
        self._hand.clear()
        self._forget()

    def _forget(self) -> None:
        self._noise.clear()
        self._grasp.clear()
        self._timelines = {name: self._timeline(model) for name, model in self.objects.items()}

    def _timeline(self, model: ObjectModel) -> Timeline:
        fixed = model.fixed_pose.pose if model.fixed_pose else None

        def predict(state: FilterState, stamp_ns: int) -> FilterState | None:
            return self._grasp.carried(model.name, state, stamp_ns)

        return Timeline(self._fusion, self._filtering, fixed, predict)

    def _camera(self, name: str) -> CameraCalibration:
        if name not in self.cameras:
            raise ImageError(f"image from camera {name!r}, which is not calibrated; {closest(name, self.cameras)}")
        return self.cameras[name]

    def _admit(self, camera: CameraCalibration, stamp_ns: int) -> bool:
        arrival = self._arrivals.take(camera.name, stamp_ns)
        if arrival is Arrival.SET_BACK:
            self._forget()
        if not arrival.used or arrival is Arrival.SET_BACK:
            self.counters.refused[arrival.value] += 1
        self.counters.late[camera.name] += arrival is Arrival.LATE
        return arrival.used

    def _close(self, before_ns: int) -> None:
        """Learn from what can change no more."""
        for timeline in self._timelines.values():
            for stamp_ns, of_corners in timeline.forget(before_ns):
                self._noise.learn(stamp_ns, of_corners.evidence())

    def _by_object(
        self, camera: CameraCalibration, detections: Sequence[TagDetection]
    ) -> dict[str, tuple[TagView, ...]]:
        seen: dict[str, tuple[TagView, ...]] = {}
        for found in detections:
            self.counters.tags[found.id] += 1
            if found.id not in self._owners:
                self.counters.unknown[found.id] += 1
            elif not np.all(np.isfinite(found.corners)):
                self.counters.refused["not_finite"] += 1
            else:
                name = self._owners[found.id].name
                view = TagView(self._tags[found.id], undistorted(camera, found.corners), found.deviation_px)
                seen[name] = (*seen.get(name, ()), view)
        return seen

    def _measure(self, name: str, exposure: Exposure) -> bool:
        """Return whether the object's estimate rests on an exposure, and count what was refused."""
        outcome = self._timelines[name].insert(exposure)
        if outcome.measurement is None:
            self.counters.refused["inconsistent"] += 1
            return False
        if outcome.verdict is None:
            self.counters.refused["ambiguous" if outcome.measurement.ambiguous else "contradicted"] += 1
            return False
        self.counters.refused.update("tag" for _ in outcome.measurement.refused)
        if not outcome.verdict.accepted:
            self.counters.refused[outcome.verdict.value] += 1
            return False
        state = self._timelines[name].state
        if state:
            self._grasp.check(name, state)
        return True

    def _states(self) -> list[tuple[str, FilterState]]:
        return [(name, timeline.state) for name, timeline in self._timelines.items() if timeline.state]

    def _present(self, name: str, state: FilterState, now_ns: int) -> ObjectEstimate:
        carried = self._grasp.coasting(name, state, now_ns)
        if carried is None:
            return self._estimate(name, state, tracking(state.stamp_ns, now_ns, self._filtering))
        stamp_ns, moved = carried
        return ObjectEstimate(name, stamp_ns, moved.pose, moved.covariance, Tracking.COASTING)

    def _estimate(self, name: str, state: FilterState, how: Tracking) -> ObjectEstimate:
        return ObjectEstimate(name, state.stamp_ns, state.pose, state.covariance, how)
