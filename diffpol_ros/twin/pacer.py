"""How many ticks are due: keeps simulated time beside the clock's, and counts where it could not."""

from dataclasses import dataclass

from diffpol_ros.twin.scene import TICK_NS

# Farther behind than this, time is given up instead of caught up: a robot that was away for a moment.
LONGEST_CATCH_UP_TICKS = 100


@dataclass(frozen=True)
class PaceStatistics:
    """How well real time was kept.

    ticks: run so far. overruns: those that began more than one period late. skipped: those never run.
    worst_delay_ns: of any tick that was run [ns].
    """

    ticks: int
    overruns: int
    skipped: int
    worst_delay_ns: int


class Pacer:
    """Counts ticks against a steady clock that runs `speed` times as fast."""

    def __init__(self, speed: float, now_ns: int) -> None:
        """Let the first tick be due one period after `now_ns` [ns]."""
        self._period_ns = TICK_NS / speed
        self._anchor_ns = now_ns
        self._ticks_since_anchor = 0
        self._ticks = self._overruns = self._skipped = self._worst_delay_ns = 0

    def next_due_ns(self) -> int:
        """Return when the next tick is due [ns]."""
        return self._anchor_ns + round((self._ticks_since_anchor + 1) * self._period_ns)

    def skip_missed(self, now_ns: int) -> int:
        """Give up on ticks that can no longer be caught up; return how many."""
        missed = int((now_ns - self.next_due_ns()) / self._period_ns)
        if missed <= LONGEST_CATCH_UP_TICKS:
            return 0
        self._ticks_since_anchor += missed
        self._skipped += missed
        return missed

    def begin_tick(self, now_ns: int) -> None:
        """Count one tick that begins at `now_ns` [ns]."""
        delay_ns = now_ns - self.next_due_ns()
        self._overruns += delay_ns > self._period_ns
        self._worst_delay_ns = max(self._worst_delay_ns, delay_ns)
        self._ticks += 1
        self._ticks_since_anchor += 1

    @property
    def statistics(self) -> PaceStatistics:
        """Return the counts so far."""
        return PaceStatistics(self._ticks, self._overruns, self._skipped, self._worst_delay_ns)
