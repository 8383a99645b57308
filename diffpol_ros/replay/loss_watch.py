"""What a bag is known to lack: by its recorder's own word, and by the numbers of the journals' lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.journal.lines import CALL
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.losses import TOPIC, Loss, Losses
from diffpol_ros.replay.message_types import STATUSES, TEXT

DIAGNOSTICS, RECORDERS = "/diagnostics", ("recorder",)
JOURNALS = "/journal"
NO_WORD = "its recorder says nothing of that, as `ros2 bag record` does not"
OLD_WORD = "its recorder told it once a second, and not at its end"
NO_END = "its recorder did not end in order: what it lost last is not told"


@dataclass(frozen=True)
class Lacking:
    """What is not in a bag, as sentences. unsure: why there may be more than that; empty where there is not."""

    lost: tuple[str, ...] = ()
    unsure: str = NO_WORD

    @property
    def told(self) -> tuple[str, ...]:
        """Return all that is to be said of it, also where nothing was lost."""
        if self.lost:
            return (*self.lost, *([f"perhaps more: {self.unsure}"] if self.unsure else []))
        if self.unsure:
            return (f"nothing that is known: {self.unsure}",)
        return ("nothing: so its recorder says, and no journal has a gap",)


class LossWatch:
    """Looks at the records of a bag as they pass."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._word: Losses | None = None
        self._diagnosed: str | None = None
        self._lines: dict[tuple[str, str], dict[int, int]] = {}
        self._first_ns = 0

    def watched(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield `records`, each looked at."""
        for record in records:
            self.take(record)
            yield record

    def take(self, record: Record) -> None:
        """Look at one; what cannot be read says nothing here."""
        self._first_ns = self._first_ns or record.log_ns
        try:
            if record.topic.endswith(f"/{TOPIC}"):
                self._word = Losses.from_text(record.message_of(TEXT).data, record.topic)
            elif record.topic == DIAGNOSTICS:
                self._diagnose(record)
            elif record.topic.endswith(JOURNALS):
                self._number(record)
        except ResourceError:
            return

    def lacking(self) -> Lacking:
        """Return what the bag lacks, as far as it was looked at."""
        lost = [*self._of_recorder(), *self._gaps()]
        if self._word is not None:
            return Lacking(tuple(lost), "" if self._word.ended else NO_END)
        return Lacking(tuple(lost), NO_WORD if self._diagnosed is None else OLD_WORD)

    def _diagnose(self, record: Record) -> None:
        """Take what a recorder says of itself once a second; the last of it counts."""
        for status in record.message_of(STATUSES).status:
            if status.name in RECORDERS:
                values = {pair.key: pair.value for pair in status.values}
                lost = any(values.get(key, "0") != "0" for key in ("dropped", "missed"))
                self._diagnosed = status.message if lost else ""

    def _number(self, record: Record) -> None:
        for line in record.message_of(TEXT).data.splitlines():
            kind, identity, number, *_ = [*line.split(" ", 3), "", ""]
            if kind == CALL and number.isdecimal():
                self._lines.setdefault((record.topic, identity), {}).setdefault(int(number), record.log_ns)

    def _of_recorder(self) -> Iterator[str]:
        if self._word is None:
            yield from [f"its recorder said: {self._diagnosed}"] if self._diagnosed else []
            return
        for loss in self._word.each:
            if loss.dropped:
                yield self._sentence(loss, loss.dropped, "dropped: the disk, or the machine, was too slow")
            if loss.missed:
                yield self._sentence(loss, loss.missed, "sent and did not arrive: the machine was too busy")

    def _sentence(self, loss: Loss, count: int, how: str) -> str:
        messages = f"1 message of {loss.topic} was" if count == 1 else f"{count} messages of {loss.topic} were"
        return f"{messages} {how} ({self._after(loss.since_ns)} to {self._after(loss.until_ns)} s after the beginning)"

    def _gaps(self) -> Iterator[str]:
        for (topic, _), lines in self._lines.items():
            gaps = [(before, after) for before, after in pairwise(sorted(lines)) if after > before + 1]
            if gaps:
                count, (_, first) = sum(after - before - 1 for before, after in gaps), gaps[0]
                when = f"before line {first}, {self._after(lines[first])} s after the beginning"
                gaps_told = f" in {len(gaps)} gaps, the first" if len(gaps) > 1 else ","
                yield f"{topic} lacks {count} of its lines{gaps_told} {when}"

    def _after(self, moment_ns: int) -> str:
        return f"{max(0, moment_ns - self._first_ns) * 1e-9:.1f}"
