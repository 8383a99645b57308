"""What came of running a stage of a bag again."""

from dataclasses import dataclass

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.reenact.traces import Traces


class ReplayError(DiffpolError):
    """A bag, or a part of it, that cannot be run again."""


@dataclass(frozen=True)
class FirstDifference:
    """The first decision that is not the same: when it was made [ns since the epoch], and what differs."""

    stamp_ns: int
    difference: Difference


@dataclass(frozen=True)
class Change:
    """How far a kind of output is from the recorded one, at most, or how often: what thresholds are for."""

    name: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class StageResult:
    """A stage that was run again.

    decisions: those judged. equal: those of them that are the same, bit by bit. not_judged: those that could not be.
    changes: all that the stage measures, 0 where nothing changed. span_s: of bag time [s]. took_s: to run it again [s].
    complaints: what makes the verdict doubtful, such as a journal with a hole. notes: what else there is to know.
    traces: where they were asked for.
    """

    stage: str
    decisions: int
    equal: int
    not_judged: int
    first: FirstDifference | None
    changes: tuple[Change, ...]
    span_s: float
    took_s: float
    complaints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    traces: Traces | None = None

    @property
    def proven(self) -> bool:
        """Whether every decision was judged the same, and nothing speaks against that."""
        return self.decisions > 0 and self.equal == self.decisions and not self.complaints

    @property
    def speed(self) -> float:
        """How many times faster than bag time it ran."""
        return self.span_s / self.took_s if self.took_s > 0.0 else float("inf")
