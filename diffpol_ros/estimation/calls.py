"""All that is ever asked of the stage once it runs, by one thread: what a node calls, and what a replay calls again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight, look_around
from diffpol_ros.estimation.stage import EstimationStage
from diffpol_ros.estimation.tracking.hand import HandState


@dataclass(frozen=True, eq=False)
class Status:
    """How far each object can be trusted now, what the cameras show, and where those are that the hand carries."""

    coasting: Sequence[ObjectEstimate]
    reports: Sequence[ObjectReport]
    sight: Sight


class Looking(Protocol):
    """Where frames go and estimates come from: the workers, or the desk alone."""

    def offer(self, frame: Frame, now_ns: int) -> bool:
        """Take a frame."""
        ...

    def collect(self, now_ns: int) -> list[ObjectEstimate]:
        """Return what was measured since the last time."""
        ...

    def reset(self) -> None:
        """Forget the objects."""
        ...


class Calls:
    """The stage and those who look for it, as one thing to call; times in [ns], `now_ns` of the stamps' clock."""

    def __init__(self, stage: EstimationStage, looking: Looking) -> None:
        """Call `stage`, and `looking`, which looks for it."""
        self.stage, self._looking = stage, looking

    def info(
        self, camera: str, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]
    ) -> None:
        """Compare a driver's CameraInfo with the calibration."""
        self.stage.take_info(camera, width, height, tuple(matrix), tuple(distortion))

    def offer(self, frame: Frame, now_ns: int) -> bool:
        """Take a frame that arrives; return whether it is good for a look."""
        return self._looking.offer(frame, now_ns)

    def refuse(self, camera: str, stamp_ns: int, complaint: str, now_ns: int) -> None:
        """Take note of a message that is no image."""
        self.stage.absorb(Look(camera, stamp_ns, None, complaint), now_ns)

    def collect(self, now_ns: int) -> list[ObjectEstimate]:
        """Return what was measured since the last time."""
        return self._looking.collect(now_ns)

    def status(self, now_ns: int, steady_ns: int) -> Status:
        """Return how all stands."""
        sight = look_around(self.stage, steady_ns)
        return Status(self.stage.estimator.coasting(now_ns), self.stage.reports(now_ns), sight)

    def hand(self, state: HandState) -> None:
        """Take where the hand is."""
        self.stage.see_hand(state)

    def reset(self) -> None:
        """Forget the objects, and whatever is being looked at now."""
        self._looking.reset()
