"""Buttons beside the keyboard: a gamepad or foot pedals, as ROS's joy node tells of them."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from diffpol_ros.cli.graph_listening import Listen
from diffpol_ros.cli.trial_eye import Source
from diffpol_ros.cli.trial_placing import typed_within
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.replay.message_types import JOY

VERDICTS = ("s", "f", "a")
PERIOD_S = 0.05
Typed = Callable[[float, str], "str | None"]


class Presses:
    """Which buttons go down; one that is held when it is first heard of counts once it is pressed anew."""

    def __init__(self, source: Source, topic: str, last: int) -> None:
        """Hear them from `source`, where they come on `topic`; there must be a button of the number `last`."""
        self._source, self._last, self.topic = source, last, topic
        self._held: Sequence[int] | None = None

    @property
    def heard(self) -> bool:
        """Return whether anything ever came."""
        return self._held is not None

    def take(self) -> list[int]:
        """Return the numbers of those that were pressed since the last call."""
        self._source.discover()
        pressed: list[int] = []
        for record in self._source.take():
            held = record.message_of(JOY).buttons
            if self._last >= len(held):
                raise SettingsError(
                    f"--button-numbers: there is no {self._last} among the {len(held)} buttons of {self.topic} "
                    "(the first is 0)"
                )
            if self._held is not None:
                pressed += [number for number, down in enumerate(held) if down and not self._held[number]]
            self._held = held
        return pressed


class Buttons:
    """Asks on the terminal; a button may answer in place of a line."""

    def __init__(
        self,
        presses: Presses,
        words: Mapping[int, str],
        typed: Typed = typed_within,
        tell: Callable[[str], None] = print,
    ) -> None:
        """`words` says what each button means as a verdict; `typed` waits a while for a line."""
        self._presses, self._words, self._typed, self._tell = presses, words, typed, tell
        self._enter = dict.fromkeys(words, "")

    def verdict(self, question: str) -> str:
        """Return the line typed, or the verdict that the pressed button stands for."""
        if not self._presses.heard:
            self._tell(f"nothing has come on {self._presses.topic} yet: does the joy node run? keys answer as well")
        return self._answer(question, self._words)

    def confirm(self, question: str) -> str:
        """Return the line typed; each button stands for Enter alone."""
        return self._answer(question, self._enter)

    def within(self, seconds: float, question: str = "") -> str | None:
        """Return the line typed within `seconds` [s], "" for a button; None for neither."""
        line = self._typed(seconds, question)
        return self._pressed(self._enter) if line is None else line

    def _answer(self, question: str, words: Mapping[int, str]) -> str:
        # What was pressed before the question answers nothing.
        self._presses.take()
        self._tell(question)
        while True:
            line = self._typed(PERIOD_S, "")
            answer = self._pressed(words) if line is None else line
            if answer is not None:
                return answer

    def _pressed(self, words: Mapping[int, str]) -> str | None:
        return next((words[number] for number in self._presses.take() if number in words), None)


@contextmanager
def joy_buttons(
    listen: Listen, topic: str, numbers: tuple[int, int, int], typed: Typed = typed_within
) -> Iterator[Buttons]:
    """Give the buttons that `topic` tells of: those of success, failure and abort, by their numbers."""
    if min(numbers) < 0 or len(set(numbers)) < len(numbers):
        raise SettingsError(f"--button-numbers {numbers}: expected three different ones, from 0")
    if not sys.stdin.isatty():
        raise SettingsError("--buttons goes with a terminal: without one, answers are read line by line")
    name = f"/{topic.strip('/')}"
    print(f"buttons of {name}: {numbers[0]} success, {numbers[1]} failure, {numbers[2]} abort; keys as well")
    with listen(lambda each: each == name) as listener:
        yield Buttons(Presses(listener, name, max(numbers)), dict(zip(numbers, VERDICTS, strict=True)), typed)
