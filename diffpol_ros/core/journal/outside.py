"""What lies outside a stage: whatever it asks for, and whose answer may differ from one run to the next."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from diffpol_ros.core.clock import Clock

Answer = TypeVar("Answer")


class Outside(Protocol):
    """Answers what a stage asks: a live one asks the world and notes the answer, a replayed one remembers it."""

    def ask(self, question: str, answer: Callable[[], Answer], *told: object) -> Answer:
        """Return, or raise, what comes of `question`, along with which the stage has `told` something.

        A live one calls `answer` for that, a replayed one never does.
        """
        ...


class HeardClock:
    """A clock whose every answer goes through the outside."""

    def __init__(self, clock: Clock, outside: Outside, name: str) -> None:
        """Tell the time of `clock`, as the question `name`."""
        self._now_ns, self._outside, self._name = clock.now_ns, outside, name

    def now_ns(self) -> int:
        """Return the time in [ns]."""
        return self._outside.ask(self._name, self._now_ns)
