"""The text of a journal: a head that says under what the stage ran, then a line for each call, chained by hashes."""

import hashlib
import json
from dataclasses import dataclass

from diffpol_ros.core.journal.values import JournalError, Plain

FORMAT = 1
HEAD, CALL = "H", "C"
DIGITS_OF_IDENTITY, DIGITS_OF_CHAIN = 8, 16
CROSSED = {"crossed": True}
"""The outcome of a call into which another thread's call fell: what was heard in it cannot be told apart."""


@dataclass(frozen=True)
class Heard:
    """What a stage asked, what it told along with that, and the answer."""

    question: str
    told: list[Plain]
    answer: Plain


@dataclass(frozen=True)
class Line:
    """One call of a stage.

    number: from 0, in the journal. stamp_ns: when it began. told: its arguments. heard: in the order of the questions.
    outcome: what of its result was written down, or the error that it raised.
    """

    number: int
    stamp_ns: int
    call: str
    told: list[Plain]
    heard: list[Heard]
    outcome: Plain


@dataclass(frozen=True)
class Head:
    """Under what a stage ran: `setup` is its own, `build` names the versions."""

    stage: str
    setup: Plain
    build: dict[str, str]


@dataclass(frozen=True)
class Sealed:
    """A line of text as it stands: whose it is, its number, its link to the line before, and what it says."""

    identity: str
    number: int
    chain: str
    body: str

    @property
    def crossed(self) -> bool:
        """Return whether another call fell into this one."""
        return self.body.endswith(f",{compact(CROSSED)}]")


def link(chain: str, body: str) -> str:
    """Return the hash that ties `body` to all before it."""
    return hashlib.sha256((chain + body).encode()).hexdigest()[:DIGITS_OF_CHAIN]


def identity_of(body: str) -> str:
    """Return the name of the journal with the head `body`."""
    return hashlib.sha256(body.encode()).hexdigest()[:DIGITS_OF_IDENTITY]


def compact(plain: Plain) -> str:
    """Return JSON without blanks, in one line: whatever is not ASCII is escaped."""
    return json.dumps(plain, separators=(",", ":"), allow_nan=False)


def head_body(head: Head, stamp_ns: int) -> str:
    """Return what a head says; `stamp_ns`, when it began, tells two runs under the same setup apart."""
    said = {"format": FORMAT, "stage": head.stage, "begun_ns": stamp_ns, "setup": head.setup, "build": head.build}
    return compact(said)


def read_head(body: str) -> Head:
    """Return a head as it was written."""
    try:
        plain = json.loads(body)
        if plain["format"] != FORMAT:
            raise JournalError(f"the journal has format {plain['format']}, this version reads {FORMAT}")
        return Head(str(plain["stage"]), plain["setup"], {str(key): str(said) for key, said in plain["build"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError(f"the journal's head cannot be read: {error!r}") from error


def line_body(line: Line) -> str:
    """Return what a line says."""
    heard = [[each.question, each.told, each.answer] for each in line.heard]
    return compact([line.stamp_ns, line.call, line.told, heard, line.outcome])


def read_line(sealed: Sealed) -> Line:
    """Return a line as it was written."""
    try:
        stamp_ns, call, told, heard, outcome = json.loads(sealed.body)
        return Line(sealed.number, int(stamp_ns), str(call), list(told), [Heard(*each) for each in heard], outcome)
    except (ValueError, TypeError, RecursionError) as error:
        raise JournalError(f"line {sealed.number} of the journal cannot be read: {error!r}") from error
