"""What of the looking belongs to one thread: frames that arrive, and what was found in them, in this order."""

from collections.abc import Callable
from dataclasses import dataclass

from diffpol_ros.core.clock import Clock
from diffpol_ros.core.journal.outside import HeardClock, Outside
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.stage import EstimationStage

STEADY, REPLACED, LOOKED = "steady", "replaced", "looked"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a look gave that took `took_ns`, at a frame offered after the `era`-th reset."""

    era: int
    took_ns: int
    look: Look


class Desk:
    """Hands frames over to be looked at, and absorbs what comes back; all that depends on speed it asks `outside`."""

    def __init__(
        self,
        stage: EstimationStage,
        steady: Clock,
        put: Callable[[Frame, int], bool],
        take: Callable[[], Outcome | None],
        outside: Outside,
    ) -> None:
        """Hand over with `put` (frame, era), which tells whether a frame was thrown away for it; get by `take`."""
        self._stage, self._put, self._take, self._outside = stage, put, take, outside
        self._steady = HeardClock(steady, outside, STEADY)
        self._era = 0

    def offer(self, frame: Frame, now_ns: int) -> bool:
        """Take a frame that arrives at `now_ns` of the stamps' clock; return whether it is good for a look."""
        if not self._stage.arrive(frame.camera, frame.stamp_ns, now_ns, self._steady.now_ns()):
            return False
        if self._outside.ask(REPLACED, lambda: self._put(frame, self._era)):
            self._stage.drop(frame.camera)
        return True

    def collect(self, now_ns: int) -> list[ObjectEstimate]:
        """Absorb what has been looked at, in the order of completion, and return what it measured."""
        estimates: list[ObjectEstimate] = []
        while (outcome := self._outside.ask(LOOKED, self._take)) is not None:
            if outcome.era == self._era:
                estimates += self._stage.absorb(outcome.look, now_ns, outcome.took_ns)
        return estimates

    def reset(self) -> None:
        """Forget the objects, and whatever is being looked at now."""
        self._era += 1
        self._stage.reset()
