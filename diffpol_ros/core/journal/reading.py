"""Reads journals from the texts of a bag: what is whole, what is missing, and what was altered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from diffpol_ros.core.journal.lines import CALL, HEAD, Head, Line, Sealed, identity_of, link, read_head, read_line
from diffpol_ros.core.journal.values import JournalError


@dataclass(frozen=True)
class Stretch:
    """Lines without a gap. whole: from the journal's beginning on, so that the stage was new before the first."""

    sealed: list[Sealed]
    whole: bool

    def lines(self) -> Iterator[Line]:
        """Yield the lines, read only now: a long journal read whole would take much memory."""
        return map(read_line, self.sealed)


@dataclass
class Recorded:
    """One journal of a bag: `complaints` say what is missing or was altered, `missing` counts lines."""

    head: Head
    stretches: list[Stretch] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    missing: int = 0


@dataclass
class _Reading:
    """A journal as far as it was read."""

    recorded: Recorded
    begun: str
    next_number: int = 0
    chain: str = ""


def read_journals(texts: Iterable[str]) -> list[Recorded]:
    """Return the journals that messages with `texts` hold, in order; JournalError for what is no journal at all."""
    sealed: list[Sealed] = []
    heads: dict[str, str] = {}
    for text in texts:
        for line in text.splitlines():
            _sort(line, heads, sealed)
    journals = {identity: _begin(identity, body) for identity, body in heads.items()}
    orphans = 0
    # Two threads may have sent what they took the other way round.
    for each in sorted(sealed, key=lambda each: each.number):
        reading = journals.get(each.identity)
        if reading is None:
            orphans += 1
        else:
            _follow(reading, each)
    if orphans and not journals:
        raise JournalError(f"the bag holds {orphans} lines of a journal without its head: record longer than 10 s")
    found = [reading.recorded for reading in journals.values()]
    if orphans:
        found[0].complaints.append(f"{orphans} lines belong to a journal whose head is missing")
    return found


def _sort(line: str, heads: dict[str, str], sealed: list[Sealed]) -> None:
    kind, _, rest = line.partition(" ")
    if kind == HEAD:
        identity, _, body = rest.partition(" ")
        heads.setdefault(identity, body)
    elif kind == CALL:
        parts = rest.split(" ", 3)
        if len(parts) != 4 or not parts[1].isdecimal():
            raise JournalError(f"this is no line of a journal: {line[:60]!r}")
        sealed.append(Sealed(parts[0], int(parts[1]), parts[2], parts[3]))
    elif line:
        raise JournalError(f"this is no line of a journal: {line[:60]!r}")


def _begin(identity: str, body: str) -> _Reading:
    recorded = Recorded(read_head(body))
    if identity_of(body) != identity:
        recorded.complaints.append("the head was altered: its hash is another")
    return _Reading(recorded, begun=link("", body))


def _follow(reading: _Reading, sealed: Sealed) -> None:
    recorded, number = reading.recorded, sealed.number
    if number < reading.next_number:
        # Told again, as to a recorder that listens late; another text under the same number would break the chain.
        return
    missing = number - reading.next_number
    if missing and reading.chain:
        recorded.complaints.append(f"{missing} lines are missing before line {number}")
    recorded.missing += missing
    expected = link(reading.begun if number == 0 else reading.chain, sealed.body)
    altered = (number == 0 or (reading.chain and not missing)) and expected != sealed.chain
    if altered:
        recorded.complaints.append(f"line {number}, or one before it, was altered: its hash is another")
    if missing or altered or not recorded.stretches:
        recorded.stretches.append(Stretch([], whole=number == 0))
    if sealed.crossed:
        recorded.complaints.append(f"two threads called at once in line {number}: what follows is judged anew")
        recorded.stretches.append(Stretch([], whole=False))
    else:
        recorded.stretches[-1].sealed.append(sealed)
    reading.next_number, reading.chain = number + 1, sealed.chain
