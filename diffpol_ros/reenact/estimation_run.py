"""The estimation stage from one journal: set up as it was then, or with another calibration, and called again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.transcript import Played, Transcript
from diffpol_ros.core.journal.values import JournalError, Plain
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.calls import Calls
from diffpol_ros.estimation.desk import Desk, Outcome
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.journaled import Setup, codec, errors, told_of_status
from diffpol_ros.estimation.look import Frame
from diffpol_ros.estimation.stage import EstimationStage
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.reenact.seeing_again import Finding, SeeingAgain

SOURCE = "the journal's head"
# The pixels of a frame that arrives do not matter here: whoever looks at it finds them by stamp.
NO_PIXELS = np.zeros((1, 1), np.uint8)


@dataclass(frozen=True)
class Rig:
    """Settings, cameras, objects and landmarks of the stage."""

    settings: StageSettings
    cameras: tuple[CameraCalibration, ...]
    objects: tuple[ObjectModel, ...]
    landmarks: tuple[ObjectModel, ...]

    @classmethod
    def of(cls, setup: Plain) -> "Rig":
        """Read what the head of a journal says."""
        told = codec().value(setup)
        if not isinstance(told, Setup):
            raise JournalError(f"the head of estimation's journal holds {str(setup)[:60]!r}, expected its setup")
        return cls(
            parse_settings(StageSettings, told.settings, SOURCE),
            tuple(parse_settings(CameraCalibration, text, SOURCE) for text in told.cameras),
            tuple(parse_settings(ObjectModel, text, SOURCE) for text in told.objects),
            tuple(parse_settings(ObjectModel, text, SOURCE) for text in told.landmarks),
        )

    def instead(self, cameras: Mapping[str, CameraCalibration], objects: Mapping[str, ObjectModel]) -> "Rig":
        """Return the rig with those of `cameras` and `objects` that it has by name, in place of its own."""
        return replace(
            self,
            cameras=tuple(cameras.get(camera.name, camera) for camera in self.cameras),
            objects=tuple(objects.get(model.name, model) for model in self.objects),
            landmarks=tuple(objects.get(model.name, model) for model in self.landmarks),
        )


class EstimationRun:
    """A new stage, to which the lines of a journal are played in order."""

    def __init__(self, rig: Rig, pictures: Mapping[str, Finding]) -> None:
        """Set it up as `rig` says; `pictures` has the images of each camera that the bag has any of."""
        self._stage = EstimationStage(rig.cameras, rig.objects, rig.landmarks, rig.settings, open_detector)
        self._transcript = Transcript(codec(), errors())
        self.seeing = SeeingAgain(self._transcript, self._stage, codec(), pictures)
        self._calls = Calls(self._stage, Desk(self._stage, SteadyClock(), _not_put, _none, self.seeing))
        self._work: dict[str, Callable[..., Any]] = {
            "info": self._calls.info,
            "offer": self._offer,
            "refuse": self._calls.refuse,
            "collect": self._calls.collect,
            "status": lambda now_ns, steady_ns: told_of_status(self._calls.status(now_ns, steady_ns)),
            "hand": self._calls.hand,
            "reset": self._calls.reset,
        }

    def play(self, line: Line) -> tuple[Played, Difference | None]:
        """Call as `line` says; return what came of it, and where that first differs from then, looks included."""
        if line.call not in self._work:
            raise JournalError(f"line {line.number}: estimation knows no call {line.call!r}: another version wrote it")
        played = self._transcript.play(line, self._work[line.call])
        return played, self.seeing.take_difference() or played.difference

    def close(self) -> None:
        """Free the detectors."""
        self._stage.close()

    def _offer(self, camera: str, stamp_ns: int, now_ns: int) -> bool:
        return self._calls.offer(Frame(camera, stamp_ns, NO_PIXELS), now_ns)


def _not_put(*_: object) -> bool:
    """Stand where live threads take frames."""
    return False


def _none() -> Outcome | None:
    """Stand where live threads give what they found."""
