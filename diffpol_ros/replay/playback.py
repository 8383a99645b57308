"""Where in a bag the player is, and what is due next: knows no clock, only how much time has passed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from diffpol_ros.core.clock import to_ns
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.tape import Entry

TICK_NS = to_ns(0.01)
# Before a jump, what was sent arrives and what is being computed ends; after it, everybody has heard the new time.
STILL_NS = to_ns(0.3)


@dataclass(frozen=True)
class Tick:
    """What /clock says now [ns]."""

    clock_ns: int


class Playable(Protocol):
    """What is played: a tape."""

    def entries(self, position_ns: int = 0) -> Iterator[Entry]:
        """Yield what is played from a position on."""
        ...


class Playback:
    """Plays a tape: messages in their order, and a tick of /clock every 10 ms of the bag's time.

    Around each jump (the start, a seek, a loop, a leap in the bag) nothing comes for `STILL_NS` of real time. `speed`
    and `paused` may be set at any time.
    """

    def __init__(self, tape: Playable, position_ns: int = 0, speed: float = 1.0, *, loop: bool = False) -> None:
        """Begin at a position; with `loop`, begin again at the end."""
        self.speed, self.paused, self.ended = speed, False, False
        self._tape, self._loop = tape, loop
        self._position_ns = self._tick_ns = position_ns
        self._ahead_ns = 0
        self._entries: Iterator[Entry] = iter(())
        self._next: Entry | None = None
        self.rounds = 0
        self.seek(position_ns)

    @property
    def position_ns(self) -> int:
        """Return where it is, or is about to be."""
        return self._position_ns

    def seek(self, position_ns: int) -> None:
        """Go on at a position, once all is still."""
        self._position_ns = position_ns
        self._leave_for(self._tape.entries(position_ns))

    def advance(self, elapsed_ns: int) -> list[Tick | Record]:
        """Return what is due when `elapsed_ns` of real time has passed since the last call."""
        if self._still_ns > 0:
            self._still_ns -= elapsed_ns
            return []
        if self._coming is not None:
            return self._arrive(self._coming)
        if self.paused or self.ended:
            return []
        return list(self._play(self._position_ns + round(self.speed * elapsed_ns)))

    def _leave_for(self, entries: Iterator[Entry]) -> None:
        self._coming: Iterator[Entry] | None = entries
        self._still_ns = STILL_NS
        self.ended = False

    def _arrive(self, entries: Iterator[Entry]) -> list[Tick | Record]:
        """Begin a stretch without a jump."""
        self._entries, self._coming = entries, None
        first = next(entries, None)
        self._next = first and replace(first, leap=False)
        if first is None:
            self._end()
            return []
        self._still_ns = STILL_NS
        self._ahead_ns = first.clock_ns - first.position_ns
        self._position_ns = first.position_ns
        self._tick_ns = first.position_ns + TICK_NS
        return [Tick(first.clock_ns)]

    def _play(self, until_ns: int) -> Iterator[Tick | Record]:
        while (entry := self._next) is not None and min(self._tick_ns, entry.position_ns) <= until_ns:
            # First the tick: no message comes from the future of those who hear it.
            if self._tick_ns <= entry.position_ns:
                yield Tick(self._tick_ns + self._ahead_ns)
                self._tick_ns += TICK_NS
            elif entry.leap:
                self._position_ns = entry.position_ns
                self._leave_for(chain([entry], self._entries))
                return
            else:
                yield entry.record
                self._next = next(self._entries, None)
        self._position_ns = until_ns
        if self._next is None:
            self._end()

    def _end(self) -> None:
        self.rounds += 1
        if self._loop:
            self.seek(0)
        else:
            self.ended = True
