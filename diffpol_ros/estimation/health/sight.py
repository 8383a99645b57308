"""Whether a camera shows anything at this moment: one that is silent, hangs or was moved does not."""

import itertools
from collections import deque
from dataclasses import dataclass
from statistics import median

from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.settings import setting

LEARNED_INTERVALS, NEEDED_INTERVALS = 20, 4
PENDING = 8
PATIENCE, PATIENCE_ALONE, LOST_AFTER = 1.1, 1.25, 2.5
# Before a camera's rate is known, and at most.
UNKNOWN_PERIOD_NS, LONGEST_PATIENCE_NS = to_ns(0.5), to_ns(1.0)


@dataclass(frozen=True)
class SightSettings:
    """How long nothing may be seen before the arm must wait."""

    maximum_silence: float = setting(
        0.09,
        description="Blind after so long without a picture of any camera; 1.1 periods of each if longer [s]",
        minimum=0.02,
        maximum=1.0,
    )


class CameraSight:
    """When one camera last showed something, by a steady clock in [ns].

    A picture counts from its arrival on; what looking at it then finds wrong takes that back, and from then on
    pictures of this camera count only once one was looked at and found good.
    """

    def __init__(self, expected_rate: float = 0.0) -> None:
        """Expect so many pictures a second until the rate is learned; 0: nobody knows."""
        self.period_ns = round(NANOSECONDS / expected_rate) if expected_rate > 0.0 else UNKNOWN_PERIOD_NS
        self._arrivals_ns: deque[int] = deque(maxlen=LEARNED_INTERVALS + 1)
        self._pending: deque[tuple[int, int]] = deque(maxlen=PENDING)
        self._good_ns: int | None = None
        self._refused = False

    def arrive(self, stamp_ns: int, steady_ns: int) -> None:
        """Take note of a picture that will be looked at, exposed at `stamp_ns`."""
        if self._arrivals_ns and steady_ns < self._arrivals_ns[-1]:
            # A simulated world was set back.
            self._arrivals_ns.clear()
            self._pending.clear()
        self._pending.append((stamp_ns, steady_ns))
        self._arrivals_ns.append(steady_ns)
        intervals = [late - early for early, late in itertools.pairwise(self._arrivals_ns)]
        if len(intervals) >= NEEDED_INTERVALS:
            self.period_ns = round(median(intervals))

    def judge(self, stamp_ns: int, good: bool) -> None:
        """Take note of what looking at the picture of `stamp_ns` found."""
        self._refused = not good
        arrived_ns = max((arrived for stamp, arrived in self._pending if stamp == stamp_ns), default=None)
        if arrived_ns is None:
            return
        # What came before it and was never looked at never will be: a newer picture took its place, or a reset.
        self._pending = deque((each for each in self._pending if each[1] > arrived_ns), maxlen=PENDING)
        if good:
            self._good_ns = arrived_ns

    @property
    def shown_ns(self) -> int | None:
        """Return when the newest good picture arrived, None before the first."""
        return self._good_ns if self._refused or not self._pending else self._pending[-1][1]

    def lost(self, steady_ns: int, maximum_silence: float) -> bool:
        """Return whether it has shown nothing for so long that nobody should wait for it."""
        longest_ns = max(LOST_AFTER * self.period_ns, to_ns(maximum_silence))
        # What was shown after now is of another time.
        return self.shown_ns is None or not 0 <= steady_ns - self.shown_ns <= longest_ns


def blind(cameras: list[CameraSight], steady_ns: int, maximum_silence: float) -> bool:
    """Return whether no camera has shown anything for too long.

    Each is waited for hardly longer than its period, the only one that is not lost somewhat longer.
    """
    seeing = [camera for camera in cameras if not camera.lost(steady_ns, maximum_silence)]
    periods = PATIENCE_ALONE if len(seeing) == 1 else PATIENCE
    return not any(_in_time(camera, periods, steady_ns, maximum_silence) for camera in seeing)


def _in_time(camera: CameraSight, periods: float, steady_ns: int, maximum_silence: float) -> bool:
    patience_ns = max(to_ns(maximum_silence), min(periods * camera.period_ns, LONGEST_PATIENCE_NS))
    return camera.shown_ns is not None and steady_ns - camera.shown_ns <= patience_ns
