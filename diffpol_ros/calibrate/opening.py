"""Opens what calibration images are searched for, as a person names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from diffpol_ros.calibrate.board import load_board
from diffpol_ros.calibrate.landmarks import landmark_corners, object_corners
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.targets import TagTarget, Target
from diffpol_ros.core.settings import setting
from diffpol_ros.estimation.calibration import load_object
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector

# Calibration has time: every image is searched whole.
SETTINGS = DetectorSettings(decimate=1.0, regions=False)


@dataclass(frozen=True)
class TargetSettings:
    """What is looked for; tags that never move where a fixed camera is placed, else a board or one tagged object."""

    board: str = setting("charuco", description="Name or file in calibration/boards; empty: a tagged object")
    tagged: str = setting("", description="Where board is empty: a tagged object in calibration/objects")
    landmarks: tuple[str, ...] = setting(("base",), description="Fixed objects in calibration/objects, for extrinsics")


@contextmanager
def open_target(settings: TargetSettings, purpose: str) -> Iterator[Target]:
    """Give what is looked for in images for a purpose (intrinsics, extrinsics, hand_eye or time_offset)."""
    if purpose != "extrinsics" and settings.board:
        yield load_board(settings.board)
        return
    if purpose == "extrinsics":
        corners = landmark_corners([load_object(name) for name in settings.landmarks])
    elif settings.tagged:
        corners = object_corners(load_object(settings.tagged))
    else:
        raise Refusal("neither a board nor a tagged object is named: nothing to look for")
    detector = open_detector(SETTINGS)
    try:
        yield TagTarget(corners, detector)
    finally:
        detector.close()
