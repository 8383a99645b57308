"""What is looked for in calibration images: a board, tags on an object, or tags that never move."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from diffpol_ros.calibrate.chain import NOWHERE_ELSE, TargetView
from diffpol_ros.calibrate.landmarks import Corners
from diffpol_ros.calibrate.target_pose import MINIMUM_POINTS
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import Detector, TagDetection
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.lens import undistorted


class Seen(Protocol):
    """What an image shows: points (n, 3) of the target [m], pixels (n, 2) where they are, ids (n,) which they are."""

    @property
    def points(self) -> Array:
        """Return (n, 3) in the target's frame [m]."""
        ...

    @property
    def pixels(self) -> Array:
        """Return (n, 2) in the image as it came [pixel]."""
        ...

    @property
    def ids(self) -> Sequence[int] | Array:
        """Return (n,) which corner of the target each is."""
        ...


class Target(Protocol):
    """Anything that finds known points in an image."""

    def detect(self, image: GreyImage, lens: CameraCalibration | None = None) -> Seen:
        """Return what a grey image shows of the target, possibly nothing; `lens`: what is known of the camera."""
        ...


@dataclass(frozen=True, eq=False)
class TagCorners:
    """The corners of tags in one image."""

    points: Array
    pixels: Array
    ids: tuple[int, ...]


class TagTarget:
    """Tags at known places."""

    def __init__(self, corners: Corners, detector: Detector) -> None:
        """Look with `detector` for tags whose `corners` (4, 3) are known by id."""
        self._corners, self._detector = corners, detector

    def detect(self, image: GreyImage, lens: CameraCalibration | None = None) -> TagCorners:
        """Return the corners of all known tags, where they are in the image as it came."""
        found = self._detector.detect(image) if lens is None else sight(lens, self._detector, image, 0).detections
        return known_corners(self._corners, found)


def known_corners(corners: Corners, detections: Sequence[TagDetection]) -> TagCorners:
    """Return the corners of those tags that are known; a corner's id is 4 tag + corner."""
    known = [found for found in detections if found.id in corners]
    if not known:
        return TagCorners(np.zeros((0, 3)), np.zeros((0, 2)), ())
    points = np.concatenate([corners[found.id] for found in known])
    pixels = np.concatenate([found.corners for found in known])
    return TagCorners(points, pixels, tuple(4 * found.id + corner for found in known for corner in range(4)))


def view_of(camera: CameraCalibration, name: str, seen: Seen, hand: Pose | None) -> TargetView | None:
    """Return what the solvers want to know of an image, or None where too little of the target is in it."""
    if len(seen.ids) < MINIMUM_POINTS:
        return None
    pixels, ids = undistorted(camera, seen.pixels), tuple(int(key) for key in seen.ids)
    return TargetView(name, np.asarray(seen.points), pixels, hand or NOWHERE_ELSE, ids=ids)
