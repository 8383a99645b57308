"""Whether a stream of stamped states flows: silent, repeated and reordered ones are told, by name."""

from collections import deque

from diffpol_ros.core.clock import to_ns, to_seconds

# Long for states at 100 Hz and a status at 30 Hz; the arm must have come to rest 0.2 s after the last one was due.
SILENCE_NS = to_ns(0.09)
RESTART_NS = to_ns(1.0)
WINDOW_NS = to_ns(0.5)
TOLERATED = 3


class StreamWatch:
    """Sees the stamps of one topic; `now_ns` is of a clock that never jumps, the stamps are of the source's."""

    def __init__(self, topic: str) -> None:
        """Watch `topic`; complaints begin with its name."""
        self._topic = topic
        self.forget()

    def forget(self) -> None:
        """Begin with nothing seen, as after a reset."""
        self._newest_ns: int | None = None
        self._moved_ns = 0
        self._repeated: deque[int] = deque(maxlen=TOLERATED)
        self._reordered: deque[int] = deque(maxlen=TOLERATED)

    @property
    def begun(self) -> bool:
        """Return whether anything came."""
        return self._newest_ns is not None

    def takes(self, stamp_ns: int, now_ns: int) -> bool:
        """Take note of a message; return whether it tells anything new.

        One that is much older than the newest begins a new time, as a simulation's reset does.
        """
        back_ns = (self._newest_ns if self._newest_ns is not None else stamp_ns - 1) - stamp_ns
        if 0 <= back_ns < RESTART_NS:
            (self._reordered if back_ns else self._repeated).append(now_ns)
            return False
        self._newest_ns, self._moved_ns = stamp_ns, now_ns
        return True

    def complaint(self, now_ns: int) -> str:
        """Return what is wrong with the stream at `now_ns`; an empty text while it flows, and before it began."""
        if not self.begun:
            return ""
        for what, seen in (("came out of order", self._reordered), ("came again with an old stamp", self._repeated)):
            if len(seen) == TOLERATED and now_ns - seen[0] < WINDOW_NS:
                return f"{self._topic} {what}, {TOLERATED} messages within {to_seconds(WINDOW_NS):g} s"
        silent_ns = now_ns - self._moved_ns
        return f"{self._topic} has been silent for {to_seconds(silent_ns):.2f} s" if silent_ns > SILENCE_NS else ""
