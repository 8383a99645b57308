"""The stage with a journal: each call is a line, and what the looking threads found stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.settings_text import settings_text
from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.calls import Calls, Status
from diffpol_ros.estimation.desk import Outcome
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.memory import Memory
from diffpol_ros.estimation.detection.sighting import Sighting
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.estimation.tracking.hand import HandState

STAGE = "estimation"


@dataclass(frozen=True)
class Setup:
    """Under what the stage runs: settings, calibrations and objects, each as a text that reads back bit by bit."""

    settings: str
    cameras: tuple[str, ...]
    objects: tuple[str, ...]
    landmarks: tuple[str, ...]


KINDS = (Setup, Outcome, Look, Sighting, TagDetection, Memory, ObjectEstimate, Pose, Tracking, Sight, HandState)


@cache
def codec() -> Codec:
    """Return how the stage's values are written."""
    return Codec(KINDS)


def errors() -> Errors:
    """Return how its errors are written."""
    return Errors()


def setup_of(
    cameras: Sequence[CameraCalibration],
    objects: Sequence[ObjectModel],
    landmarks: Sequence[ObjectModel],
    settings: StageSettings,
) -> Setup:
    """Return what the stage runs under, for the head of its journal."""
    texts = [tuple(map(settings_text, each)) for each in (cameras, objects, landmarks)]
    return Setup(settings_text(settings, StageSettings), *texts)


def told_of(report: ObjectReport) -> tuple[object, ...]:
    """Return what of a report is more than the estimate, which stands in the journal already."""
    word = report.estimate.tracking if report.estimate else None
    stamp_ns = report.estimate.stamp_ns if report.estimate else 0
    grounds = report.tags, report.cameras, report.residual_px, report.ambiguous, report.age
    return (report.name, word, stamp_ns, *grounds)


def told_of_status(status: Status) -> tuple[object, ...]:
    """Return what of a status is written down."""
    return status.coasting, [told_of(report) for report in status.reports], status.sight


class Journaled:
    """Calls the stage, and writes each call into a journal."""

    def __init__(self, calls: Calls, journal: Journal) -> None:
        """Write what is asked of `calls` into `journal`."""
        self._calls, self._journal = calls, journal
        self._told: dict[str, tuple[object, ...]] = {}

    def info(
        self, camera: str, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]
    ) -> None:
        """Compare a driver's CameraInfo with the calibration, unless it says what it said before."""
        told = camera, width, height, matrix, distortion
        if self._told.get(camera) != told:
            self._told[camera] = told
            self._journal.call("info", partial(self._calls.info, *told), *told)

    def offer(self, frame: Frame, now_ns: int) -> bool:
        """Take a frame that arrives; return whether it is good for a look."""
        work = partial(self._calls.offer, frame, now_ns)
        return self._journal.call("offer", work, frame.camera, frame.stamp_ns, now_ns)

    def refuse(self, camera: str, stamp_ns: int, complaint: str, now_ns: int) -> None:
        """Take note of a message that is no image."""
        told = camera, stamp_ns, complaint, now_ns
        self._journal.call("refuse", partial(self._calls.refuse, *told), *told)

    def collect(self, now_ns: int) -> list[ObjectEstimate]:
        """Return what was measured since the last time."""
        return self._journal.call("collect", partial(self._calls.collect, now_ns), now_ns)

    def status(self, now_ns: int, steady_ns: int) -> Status:
        """Return how all stands."""
        work = partial(self._calls.status, now_ns, steady_ns)
        return self._journal.call("status", work, now_ns, steady_ns, gave=told_of_status)

    def hand(self, state: HandState) -> None:
        """Take where the hand is."""
        self._journal.call("hand", partial(self._calls.hand, state), state)

    def reset(self) -> None:
        """Forget the objects, and whatever is being looked at now."""
        self._journal.call("reset", self._calls.reset)
