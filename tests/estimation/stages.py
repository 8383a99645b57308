"""Whole stages for tests, with detectors that say what they are told to or that look."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.detection.detector import Detector, DetectorSettings, TagDetection
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.stage import EstimationStage, Frame
from diffpol_ros.estimation.stage_settings import StageSettings
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE

START_NS = 1_700_000_000_000_000_000
SETTINGS = StageSettings(needs_camera_info=False, frozen_frames=5)
SIZE = (FRONT.height, FRONT.width)


def at(seconds: float) -> int:
    return START_NS + to_ns(seconds)


def blank(seed: int) -> GreyImage:
    """Return a picture of nothing, unlike that of another seed."""
    return np.full(SIZE, seed % 256, np.uint8)


class Scripted:
    """A detector that finds in the picture `blank(n)` the n-th of what it was told, and knows when it is closed."""

    def __init__(self, script: Sequence[Sequence[TagDetection]] = ()) -> None:
        self._script = script
        self.closed = False

    def detect(self, image: GreyImage) -> list[TagDetection]:
        number = int(image[0, 0])
        return list(self._script[number]) if number < len(self._script) else []

    def close(self) -> None:
        self.closed = True


def stage(
    open_detector: Callable[[DetectorSettings], Detector] = open_detector,
    settings: StageSettings = SETTINGS,
    **changes: object,
) -> EstimationStage:
    """Return a stage of both shipped cameras, the block and the base."""
    return EstimationStage([FRONT, SIDE], [BLOCK], [BASE], replace(settings, **changes), open_detector)


def frame(seconds: float, pixels: GreyImage, camera: str = "front") -> Frame:
    return Frame(camera, at(seconds), pixels)


def show(seen: EstimationStage, shown: Frame, late_s: float = 0.01) -> list[ObjectEstimate]:
    """Let a frame pass through the whole stage, `late_s` after its exposure."""
    now_ns = shown.stamp_ns + to_ns(late_s)
    if not seen.arrive(shown.camera, shown.stamp_ns, now_ns, now_ns):
        return []
    return seen.absorb(seen.sight(shown), now_ns)


def scripted(*script: list[TagDetection], **changes: object) -> EstimationStage:
    return stage(lambda settings: Scripted(script), **changes)
