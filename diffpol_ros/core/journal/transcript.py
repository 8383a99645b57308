"""The outside as it was: a stage that is run again hears what it heard then, and where it does otherwise is noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from diffpol_ros.core.journal.difference import Difference, first_difference
from diffpol_ros.core.journal.lines import Heard, Line
from diffpol_ros.core.journal.raised import Errors, is_raised
from diffpol_ros.core.journal.values import Codec, Plain

Answer = TypeVar("Answer")
StandIn = Callable[[str, tuple[object, ...], object], object]
"""Answers a question that was not asked then, given what is told along with it and the last answer, or None."""


@dataclass(frozen=True)
class Played:
    """A call run again: what came of it now, plain, and where it first differed from then."""

    line: Line
    outcome: Plain
    difference: Difference | None


@dataclass
class _Playing:
    """Where in a line the stage is."""

    line: Line
    place: int = 0
    difference: Difference | None = None
    left: list[Heard] = field(default_factory=list)


class Transcript:
    """Implements `Outside` with what a journal holds."""

    def __init__(self, codec: Codec, errors: Errors, stand_in: StandIn | None = None) -> None:
        """Read by `codec` and `errors`; what was not asked so then, `stand_in` answers, or the last answer."""
        self._codec, self._errors = codec, errors
        self._stand_in = stand_in or _repeat
        self._last: dict[str, Plain] = {}
        self._playing: _Playing | None = None

    def play(self, line: Line, work: Callable[..., Any], gave: Callable[[Any], object] = lambda it: it) -> Played:
        """Call `work` with what it was told in `line`; `gave` returns what of its result is compared."""
        playing = self._playing = _Playing(line)
        try:
            outcome = self._codec.plain(gave(work(*map(self._codec.value, line.told))))
        except Exception as error:  # noqa: BLE001
            # Whatever it raises is its outcome, as it was then.
            outcome = self._errors.plain(error)
        finally:
            self._playing = None
        self._finish(playing, outcome)
        return Played(line, outcome, playing.difference)

    def ask(self, question: str, answer: Callable[[], Answer], *told: object) -> Answer:
        """Return, or raise, what came of `question` then; `answer` is not called."""
        playing = self._playing
        heard = None if playing is None else self._next(playing, question)
        if playing is None or heard is None:
            if playing is not None:
                self._differ(playing, Difference(f"question {playing.place}", "none", question))
            last = self._codec.value(self._last.get(question))
            return self._stand_in(question, told, last)  # type: ignore[return-value]
        found = self._compare(playing, heard, told)
        if is_raised(heard.answer):
            raise self._errors.error(heard.answer)
        self._last[question] = heard.answer
        answered = self._codec.value(heard.answer)
        # What was told something else then may have answered otherwise now.
        return self._stand_in(question, told, answered) if found else answered  # type: ignore[return-value]

    def _next(self, playing: _Playing, question: str) -> Heard | None:
        """Return the next answer to `question` of this call, passing over others; None where there is no more."""
        heard = playing.line.heard
        for place in range(playing.place, len(heard)):
            if heard[place].question == question:
                if place != playing.place:
                    passed = heard[playing.place].question
                    self._differ(playing, Difference(f"question {playing.place}", passed, question))
                playing.place = place + 1
                return heard[place]
        return None

    def _compare(self, playing: _Playing, heard: Heard, told: tuple[object, ...]) -> Difference | None:
        now = [self._codec.plain(each) for each in told]
        found = first_difference(self._codec, heard.told, now, f"{heard.question} told") if told else None
        playing.difference = playing.difference or found
        return found

    def _finish(self, playing: _Playing, outcome: Plain) -> None:
        line = playing.line
        if playing.place < len(line.heard):
            self._differ(playing, Difference(f"question {playing.place}", line.heard[playing.place].question, "none"))
        if playing.difference is None:
            playing.difference = first_difference(self._codec, line.outcome, outcome, line.call)

    def _differ(self, playing: _Playing, difference: Difference) -> None:
        playing.difference = playing.difference or difference


def _repeat(_question: str, _told: tuple[object, ...], last: object) -> object:
    return last
