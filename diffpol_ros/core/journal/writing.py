"""The journal of a live stage: it notes in the critical path, and writes after it."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from diffpol_ros.core.clock import Clock
from diffpol_ros.core.journal.lines import (
    CALL,
    CROSSED,
    HEAD,
    Head,
    Heard,
    Line,
    head_body,
    identity_of,
    line_body,
    link,
)
from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.values import Codec, JournalError, Plain

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Raised:
    error: Exception


@dataclass
class _Call:
    """A call while it lasts, nothing of it encoded yet."""

    stamp_ns: int
    name: str
    told: tuple[object, ...]
    thread: int
    heard: list[tuple[str, tuple[object, ...], object]] = field(default_factory=list)
    outcome: object = None
    crossed: bool = False


class Journal:
    """Implements `Outside` for a live stage. Calls come from one thread at a time; `take` may come from any."""

    def __init__(self, codec: Codec, errors: Errors, clock: Clock) -> None:
        """Write by `codec` and `errors`; `clock` stamps the calls."""
        self._codec, self._errors, self._clock = codec, errors, clock
        self._open: _Call | None = None
        self._done: deque[_Call] = deque()
        self._writing = threading.Lock()
        self._written: list[str] = []
        self._identity = self._chain = self.head = ""
        self._number = 0
        self.failure = ""

    def begin(self, stage: str, setup: object, build: dict[str, str]) -> str:
        """Begin anew, under `setup`; return the head's line, which is also `head` from now on."""
        body = head_body(Head(stage, self._codec.plain(setup), build), self._clock.now_ns())
        with self._writing:
            self._done.clear()
            self._written.clear()
            self._identity, self._number = identity_of(body), 0
            self._chain = link("", body)
            self.head = f"{HEAD} {self._identity} {body}"
        return self.head

    def call(
        self, name: str, work: Callable[[], Result], *told: object, gave: Callable[[Result], object] = lambda it: it
    ) -> Result:
        """Do `work`, of which `gave` returns what is to be written; in it the outermost call alone is a line."""
        if self._open is not None:
            self._open.crossed |= self._open.thread != threading.get_ident()
            return work()
        call = self._open = _Call(self._clock.now_ns(), name, told, threading.get_ident())
        try:
            result = work()
            call.outcome = gave(result)
            return result
        except Exception as error:
            call.outcome = _Raised(error)
            raise
        finally:
            self._open = None
            self._done.append(call)

    def ask(self, question: str, answer: Callable[[], Result], *told: object) -> Result:
        """Return what `answer` returns, noted where a call of this thread asks; what `answer` asks in turn is not."""
        call = self._open
        if call is None or call.thread != threading.get_ident() or self._asking(call):
            return answer()
        call.heard.append((question, told, _PENDING))
        try:
            answered = answer()
        except Exception as error:
            call.heard[-1] = (question, told, _Raised(error))
            raise
        call.heard[-1] = (question, told, answered)
        return answered

    def write(self) -> None:
        """Write the lines of the calls that ended, in this thread rather than in that which takes them."""
        with self._writing:
            while self._done:
                self._write(self._done.popleft())

    def take(self) -> list[str]:
        """Return the lines of the calls that ended since the last `take`."""
        self.write()
        with self._writing:
            lines, self._written = self._written, []
        return lines

    def _asking(self, call: _Call) -> bool:
        return bool(call.heard) and call.heard[-1][2] is _PENDING

    def _write(self, call: _Call) -> None:
        try:
            body = self._body(call)
        except (JournalError, ValueError, TypeError) as error:
            # No reason to stop an arm: what cannot be told is missing, and a replay says so.
            self.failure = f"line {self._number} ({call.name}): {error}"
        else:
            self._chain = link(self._chain, body)
            self._written.append(f"{CALL} {self._identity} {self._number} {self._chain} {body}")
        self._number += 1

    def _body(self, call: _Call) -> str:
        told = [self._codec.plain(each) for each in call.told]
        outcome = CROSSED if call.crossed else self._plain(call.outcome)
        return line_body(Line(self._number, call.stamp_ns, call.name, told, self._heard(call), outcome))

    def _heard(self, call: _Call) -> list[Heard]:
        plain = self._codec.plain
        return [
            Heard(question, [plain(each) for each in told], self._plain(answer))
            for question, told, answer in call.heard
        ]

    def _plain(self, outcome: object) -> Plain:
        return self._errors.plain(outcome.error) if isinstance(outcome, _Raised) else self._codec.plain(outcome)


_PENDING = object()
