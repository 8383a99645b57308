"""Turns requests to end into exceptions, so that every context closes on the way out."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def orderly_exit() -> Iterator[None]:
    """Within this context SIGTERM and SIGHUP raise SystemExit with the shell's exit code for them."""
    previous = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
