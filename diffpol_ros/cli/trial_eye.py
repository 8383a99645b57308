"""A camera of the running graph as the eye of a trial's set-up: its newest image, and where the object is in it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from diffpol_ros.cli.graph_listening import Listen
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import CameraImage, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.replay.bag_reader import Record, stamp_ns
from diffpol_ros.replay.image_topics import camera_of
from diffpol_ros.replay.images import pixels_of

PATIENCE_S, PERIOD_S = 10.0, 0.05


@dataclass(frozen=True, eq=False)
class Sighted:
    """An image, and the object's pose in the robot base frame as it shows it; None where it does not."""

    image: CameraImage
    pose: Pose | None


class PlaceEye(Protocol):
    """What a set-up is watched with."""

    def look(self) -> Sighted:
        """Return what is seen now."""
        ...


class Locator:
    """Finds an object in single images of one camera, with the stage that the robot uses."""

    def __init__(self, camera: CameraCalibration, model: ObjectModel) -> None:
        """Look for `model` with `camera`."""
        self._camera, self._name = camera, model.name
        self._detector = open_detector(DetectorSettings(regions=False))
        self._estimator = Estimator([camera], [model])

    def locate(self, image: CameraImage) -> Pose | None:
        """Return where the object is in the robot base frame."""
        grey = np.asarray(cv2.cvtColor(image.pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        # Each image by itself: a hand moves the object from one to the next.
        self._estimator.reset()
        found = self._estimator.absorb(sight(self._camera, self._detector, grey, image.stamp_ns))
        return next((each.pose for each in found if each.name == self._name), None)

    def close(self) -> None:
        """Free the detector."""
        self._detector.close()


class Source(Protocol):
    """Where records come from."""

    def discover(self) -> None:
        """Look for topics that appeared."""
        ...

    def take(self) -> list[Record]:
        """Return what has arrived."""
        ...


class CameraEye:
    """Waits for the next image of a camera."""

    def __init__(self, source: Source, camera: str, locator: Locator) -> None:
        """Look through `camera` at what `locator` finds."""
        self._source, self._camera, self._locator = source, camera, locator

    def look(self) -> Sighted:
        """Return the newest image and where the object is in it; ResourceError where none comes."""
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE_S:
            self._source.discover()
            records = self._source.take()
            if records:
                pixels = np.ascontiguousarray(pixels_of(records[-1]))
                image = CameraImage(stamp_ns(records[-1].message), pixels)
                return Sighted(image, self._locator.locate(image))
            time.sleep(PERIOD_S)
        raise ResourceError(
            f"no image of camera {self._camera} within {PATIENCE_S:.0f} s: does its driver publish "
            f"camera/{self._camera}/image_raw, in this ROS domain?"
        )


@contextmanager
def camera_eye(listen: Listen, camera: CameraCalibration, model: ObjectModel) -> Iterator[CameraEye]:
    """Give an eye that looks through a camera of the running graph."""
    with listen(lambda topic: camera_of(topic) == camera.name) as listener, closing(Locator(camera, model)) as locator:
        yield CameraEye(listener, camera.name, locator)
