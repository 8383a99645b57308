"""The outside of a stage of which nothing is written down."""

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


class Unheard:
    """Implements `Outside`: asks the world, and notes nothing."""

    def ask(self, question: str, answer: Callable[[], Answer], *told: object) -> Answer:
        """Return, or raise, what comes of `question`."""
        return answer()
