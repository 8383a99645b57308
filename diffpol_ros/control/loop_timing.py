"""How evenly a loop runs."""

from collections import deque
from dataclasses import dataclass

import numpy as np

KEPT_PERIODS = 1000


@dataclass(frozen=True)
class LoopSummary:
    """Rate [Hz] and periods [ms] of the last ticks."""

    rate: float
    median_ms: float
    p99_ms: float
    worst_ms: float


class LoopTiming:
    """Remembers when a loop's last ticks began."""

    def __init__(self) -> None:
        """Begin with no tick."""
        self._began_ns: deque[int] = deque(maxlen=KEPT_PERIODS + 1)

    def tick(self, steady_ns: int) -> None:
        """Note that a tick began at `steady_ns` [ns]."""
        self._began_ns.append(steady_ns)

    def summary(self) -> LoopSummary:
        """Return the figures of the last ticks; zeros before the second."""
        periods = np.diff(np.array(list(self._began_ns), dtype=np.int64)) * 1e-6
        if periods.size == 0:
            return LoopSummary(0.0, 0.0, 0.0, 0.0)
        median, late = np.percentile(periods, [50, 99])
        return LoopSummary(1e3 / float(periods.mean()), float(median), float(late), float(periods.max()))
