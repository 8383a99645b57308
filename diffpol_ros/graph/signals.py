"""Signals that must not arrive in the middle of something."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Keep requests to end until this context is left; then the first takes effect. For the main thread."""
    arrived: list[int] = []

    def keep(number: int, _: FrameType | None) -> None:
        arrived.append(number)

    previous = {number: signal.signal(number, keep) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])
