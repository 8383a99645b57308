"""A bag as something that is played: every message at a position [ns] since the beginning, and at a time of /clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns

# Topics are recorded beside each other: one may come a little after another that was sent later.
DISORDER_NS = to_ns(1.0)
LONGEST_GAP_NS = to_ns(10.0)
# Stamps are compared with the time of reception: what differs by more is not a latency.
OTHER_CLOCK_NS = to_ns(5.0)
JUDGED_STAMPS = 25


@dataclass(frozen=True)
class Entry:
    """A message where it is played.

    position_ns: since the beginning of the bag, without what is leapt over. clock_ns: what /clock says then.
    leap: whether the clock of the bag jumps here, back or over a long gap.
    """

    position_ns: int
    clock_ns: int
    record: Record
    leap: bool = False


def along(records: Iterable[Record]) -> Iterator[Entry]:
    """Yield where each record is played; positions never go back, and within a stretch the clock does not either."""
    position_ns, clock_ns = 0, None
    for record in records:
        step_ns = 0 if clock_ns is None else record.log_ns - clock_ns
        leap = not -DISORDER_NS <= step_ns <= LONGEST_GAP_NS
        if not leap:
            position_ns += max(0, step_ns)
        if clock_ns is None or leap or step_ns > 0:
            clock_ns = record.log_ns
        yield Entry(position_ns, clock_ns, record, leap)


@dataclass(frozen=True)
class Contents:
    """What is on a tape. topics: the type of each. foreign: those whose type the bag defines in its own way.

    leaps: how often its clock jumps.
    """

    topics: dict[str, str]
    foreign: frozenset[str]
    duration_ns: int
    leaps: int


class Tape:
    """A bag that is read from any position on; it is read from its beginning each time, as far as that is."""

    def __init__(self, path: Path) -> None:
        """Play the bag at `path`."""
        self._bag = BagReader(path)

    def __str__(self) -> str:
        """Return the bag's folder."""
        return str(self._bag.folder)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return what was found wrong with the bag so far."""
        return self._bag.complaints

    def entries(self, position_ns: int = 0) -> Iterator[Entry]:
        """Yield what is played from `position_ns` on."""
        return (entry for entry in along(self._bag.records()) if entry.position_ns >= position_ns)

    def contents(self) -> Contents:
        """Read it once; ResourceError where it is empty."""
        topics: dict[str, str] = {}
        foreign: set[str] = set()
        duration_ns = leaps = 0
        for entry in self.entries():
            record = entry.record
            topics[record.topic] = record.type_name
            if record.store is not None:
                foreign.add(record.topic)
            duration_ns, leaps = entry.position_ns, leaps + entry.leap
        if not topics:
            raise ResourceError(f"{self}: holds no message: there is nothing to play")
        return Contents(topics, frozenset(foreign), duration_ns, leaps)

    def require_own_clock(self, topic: str) -> None:
        """Refuse a bag whose times of reception are of another clock than the stamps on `topic`."""
        off_ns = [stamp_ns(record.message) - record.log_ns for record in self._first(topic)]
        if off_ns and abs(median(off_ns)) > OTHER_CLOCK_NS:
            off_s = to_seconds(round(median(off_ns)))
            raise ResourceError(
                f"{self}: the stamps on {topic} differ by {off_s:.1f} s from when they were received: it was recorded "
                "on another clock than its messages', as beside a simulation or a replay, and cannot be played; "
                "`diffpol replay` judges it"
            )

    def _first(self, topic: str) -> Iterator[Record]:
        records = self._bag.records([topic])
        for _ in range(JUDGED_STAMPS):
            record = next(records, None)
            if record is None:
                return
            yield record
