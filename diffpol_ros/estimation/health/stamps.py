"""Exposure stamps that cannot be: each fault named, with its likely cause."""

from enum import Enum

from diffpol_ros.core.clock import to_ns, to_seconds


class StampFault(Enum):
    """What is wrong with a stamp; only LATE frames may still be used."""

    ZERO = "zero"
    FUTURE = "future"
    OLD = "old"
    REPEATED = "repeated"
    LATE = "late"

    @property
    def usable(self) -> bool:
        """Return whether the time of exposure is known in spite of it."""
        return self is StampFault.LATE


class StampWatch:
    """Checks the stamps of one camera in the order of arrival."""

    def __init__(self, maximum_age: float, maximum_future: float) -> None:
        """Allow exposures up to `maximum_age` ago (0: any) and `maximum_future` ahead [s]."""
        self._oldest_ns, self._ahead_ns = to_ns(maximum_age), to_ns(maximum_future)
        self._last_ns: int | None = None

    def check(self, stamp_ns: int, now_ns: int) -> StampFault | None:
        """Return what is wrong with an exposure at `stamp_ns` that arrives at `now_ns`, or None."""
        if stamp_ns <= 0:
            return StampFault.ZERO
        if stamp_ns - now_ns > self._ahead_ns:
            return StampFault.FUTURE
        if 0 < self._oldest_ns < now_ns - stamp_ns:
            return StampFault.OLD
        last_ns, self._last_ns = self._last_ns, stamp_ns
        if stamp_ns == last_ns:
            return StampFault.REPEATED
        return StampFault.LATE if last_ns is not None and stamp_ns < last_ns else None


def fault_text(fault: StampFault, stamp_ns: int, now_ns: int) -> str:
    """Return a fault in words, with the cure."""
    ahead_s = to_seconds(stamp_ns - now_ns)
    return {
        StampFault.ZERO: "its stamp is zero: the driver must say when it exposed",
        StampFault.FUTURE: f"its stamp is {ahead_s:.3f} s in the future: synchronise the clocks of the computers",
        StampFault.OLD: f"its image is {-ahead_s:.3f} s old: too slow a way, or clocks that differ",
        StampFault.REPEATED: f"the stamp {stamp_ns} came twice: the driver must stamp every exposure",
        StampFault.LATE: "an image came after one exposed later",
    }[fault]
