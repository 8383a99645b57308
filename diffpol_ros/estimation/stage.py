"""The whole stage without ROS, threads or clocks: frames in, estimates and a state of health out."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from diffpol_ros.core.errors import DiffpolError, SettingsError
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, tag_owners
from diffpol_ros.estimation.detection.detector import Detector, DetectorSettings, TagDetection
from diffpol_ros.estimation.detection.images import ImageError, check_image, checksum, to_grey
from diffpol_ros.estimation.detection.memory import memory_of
from diffpol_ros.estimation.detection.sighting import Sighting, sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.eye import Eye
from diffpol_ros.estimation.health.agreement import AgreementWatch, Contradiction
from diffpol_ros.estimation.health.camera_health import CameraHealth
from diffpol_ros.estimation.health.drift import Placement
from diffpol_ros.estimation.health.frozen import FrozenWatch
from diffpol_ros.estimation.health.landmarks import LandmarkWatch
from diffpol_ros.estimation.health.sight import CameraSight
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.estimation.tracking.hand import HandState


class EstimationStage:
    """For each frame: `arrive`, then `sight` (each camera may have a thread for it), then `absorb`.

    All but `sight` is for one thread.
    """

    def __init__(
        self,
        cameras: Sequence[CameraCalibration],
        objects: Sequence[ObjectModel],
        landmarks: Sequence[ObjectModel],
        settings: StageSettings,
        open_detector: Callable[[DetectorSettings], Detector],
    ) -> None:
        """Estimate `objects`; `landmarks` never move and tell whether a camera did."""
        self._landmark_ids = {tag.id for model in landmarks for tag in fixed(model).tags}
        _check_names([*objects, *landmarks])
        tag_owners([*objects, *landmarks])
        self.objects, self.settings = tuple(model.name for model in objects), settings
        self.estimator = Estimator(cameras, objects, settings, settings, settings)
        self.agreement = AgreementWatch(cameras, objects, settings, settings)
        self.refused: Counter[str] = Counter()
        rates = _each(settings.expected_rates, cameras)
        self.eyes: dict[str, Eye] = {}
        for camera, rate in zip(cameras, rates, strict=True):
            self.eyes[camera.name] = Eye(
                camera,
                open_detector(settings),
                FrozenWatch(settings.frozen_frames),
                CameraHealth(camera, settings, rate),
                LandmarkWatch(landmarks, settings, settings),
                CameraSight(rate),
            )

    def close(self) -> None:
        """Free the detectors; nobody may be looking any more."""
        for eye in self.eyes.values():
            eye.detector.close()

    def take_info(
        self, camera: str, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]
    ) -> None:
        """Compare a driver's CameraInfo with the calibration; matrix: K row by row [pixel]."""
        self.eyes[camera].health.take_info(width, height, matrix, distortion)

    def arrive(self, camera: str, stamp_ns: int, now_ns: int, steady_ns: int) -> bool:
        """Take note of a frame as it comes; return whether it may be looked at."""
        eye = self.eyes[camera]
        usable = eye.health.arrive(stamp_ns, now_ns, steady_ns)
        if usable:
            eye.sight.arrive(stamp_ns, steady_ns)
        return usable

    def drop(self, camera: str) -> None:
        """Take note of a frame that was thrown away because a newer one came before anybody looked."""
        self.eyes[camera].health.counts["dropped"] += 1

    def sight(self, frame: Frame) -> Look:
        """Find the tags in a frame. Cameras may be looked through side by side, the frames of one in turn."""
        eye = self.eyes[frame.camera]
        sighting, complaint = None, ""
        try:
            sighting = _seen(eye, frame)
        except DiffpolError as error:
            complaint = str(error)
        known = checksum(frame.pixels), memory_of(eye.detector)
        return Look(frame.camera, frame.stamp_ns, sighting, complaint, *known)

    def absorb(self, look: Look, now_ns: int, took_ns: int = 0) -> list[ObjectEstimate]:
        """Return the objects that a look measured; `took_ns`: how long the looking took."""
        eye, sighting = self.eyes[look.camera], look.sighting
        eye.health.look(look.complaint, sighting.detections if sighting else ())
        eye.health.latency.add(now_ns - look.stamp_ns)
        eye.health.detection.add(took_ns)
        believed = sighting is not None and self._in_place(eye, sighting)
        eye.sight.judge(look.stamp_ns, sighting is not None and not eye.out_of_place)
        if sighting is None or not believed:
            self.refused[f"{'image' if sighting is None else 'moved'}.{look.camera}"] += 1
            return []
        return self.estimator.absorb(replace(sighting, detections=self._undisputed(sighting)))

    @property
    def needs_hand(self) -> bool:
        """Return whether anything depends on where the hand is."""
        on_hand = any(eye.calibration.mount == "end_effector" for eye in self.eyes.values())
        return on_hand or self.settings.grasp_prior

    def see_hand(self, hand: HandState) -> None:
        """Take where the hand is."""
        self.estimator.see_hand(hand)

    def reports(self, now_ns: int) -> list[ObjectReport]:
        """Return every object ever seen, with how far it can be trusted at `now_ns`."""
        return self.estimator.reports(now_ns)

    def reset(self) -> None:
        """Forget the objects; what is known of the cameras stays."""
        self.estimator.reset()
        self.agreement.forget()
        for eye in self.eyes.values():
            eye.landmarks.forget()

    def _in_place(self, eye: Eye, sighting: Sighting) -> bool:
        placed = self.estimator.placed(sighting.camera, sighting.stamp_ns)
        if placed is None:
            return not eye.out_of_place
        noise = self.estimator.noise(sighting.camera, sighting.stamp_ns)
        believed = eye.landmarks.see(placed, sighting.detections, sighting.stamp_ns, noise)
        return believed and not eye.out_of_place

    def _undisputed(self, sighting: Sighting) -> tuple[TagDetection, ...]:
        """Return the tags of objects, but for those of an object that another camera sees elsewhere."""
        others = tuple(found for found in sighting.detections if found.id not in self._landmark_ids)
        placed = self.estimator.placed(sighting.camera, sighting.stamp_ns)
        if placed is None:
            return others
        noise = self.estimator.noise(sighting.camera, sighting.stamp_ns)
        contradicted = self.agreement.see(placed, others, sighting.stamp_ns, noise)
        disputed = {one.name for one in contradicted if not self._prevails(one)}
        self.refused.update(f"disputed.{name}.{sighting.camera}" for name in disputed)
        hidden = {tag.id for name in disputed for tag in self.estimator.objects[name].tags}
        return tuple(found for found in others if found.id not in hidden)

    def _prevails(self, contradiction: Contradiction) -> bool:
        """Return whether a camera is to be believed against another: that one is out of place, or may be."""
        own, other = (self.eyes[name].landmarks.placement for name in (contradiction.camera, contradiction.other))
        return other is Placement.MOVED or (other is Placement.UNVERIFIED and own is not Placement.UNVERIFIED)


def fixed(model: ObjectModel) -> ObjectModel:
    """Return a landmark, or refuse one that may move."""
    if model.fixed_pose is None:
        raise SettingsError(f"landmark {model.name!r} has no fixed_pose: name it in objects, or say where it is fixed")
    return model


def _seen(eye: Eye, frame: Frame) -> Sighting:
    image = to_grey(frame.pixels, frame.encoding)
    check_image(eye.calibration, image)
    if eye.frozen.frozen(image):
        raise ImageError(f"camera {frame.camera} is frozen: the same image again and again, with new stamps")
    return sight(eye.calibration, eye.detector, image, frame.stamp_ns)


def _check_names(models: Sequence[ObjectModel]) -> None:
    names = [model.name for model in models]
    if len(set(names)) != len(names):
        raise SettingsError(f"two objects share a name: {', '.join(names)}")


def _each(rates: tuple[float, ...], cameras: Sequence[CameraCalibration]) -> tuple[float, ...]:
    if len(rates) not in (1, len(cameras)):
        raise SettingsError(f"expected_rates has {len(rates)} for {len(cameras)} cameras: give one each, or one")
    return rates * len(cameras) if len(rates) == 1 else rates
