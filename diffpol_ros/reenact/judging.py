"""Counts what is the same and what is not, line by line."""

from dataclasses import dataclass

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.reenact.result import FirstDifference
from diffpol_ros.reenact.traces import Collector, Decided


@dataclass
class Judging:
    """What was found so far; span_ns: how long what was run again had lasted. decided: each decision, if wanted."""

    decisions: int = 0
    equal: int = 0
    not_judged: int = 0
    first: FirstDifference | None = None
    span_ns: int = 0
    decided: Decided | None = None

    @classmethod
    def of(cls, collector: Collector | None) -> "Judging":
        """Have found nothing yet; `collector` takes each decision."""
        return cls(decided=collector.decided if collector is not None else None)

    def judge(self, line: Line, difference: Difference | None, decides: bool) -> None:
        """Count a line that was run again; one that only tells what came in counts where it differs."""
        counts = decides or difference is not None
        self.decisions += counts
        if counts and self.decided is not None:
            self.decided.add(line.stamp_ns, difference is not None)
        self.equal += decides and difference is None
        if difference is not None and self.first is None:
            self.first = FirstDifference(line.stamp_ns, difference)

    def differ(self, stamp_ns: int, difference: Difference) -> None:
        """Count a decision that differs apart from the journal."""
        self.decisions += 1
        if self.decided is not None:
            self.decided.add(stamp_ns, differs=True)
        if self.first is None or stamp_ns < self.first.stamp_ns:
            self.first = FirstDifference(stamp_ns, difference)

    @property
    def span_s(self) -> float:
        """Return how long it had lasted [s]."""
        return to_seconds(self.span_ns)
