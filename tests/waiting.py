"""Waiting, to a deadline, for what happens in another thread or process and tells of itself by no event."""

import time
from collections.abc import Callable

POLL_S = 0.005


def wait_until(condition: Callable[[], object], deadline_s: float = 90.0, what: str = "it") -> None:
    """Return when `condition` holds; fail at the deadline."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {deadline_s:.0f} s"
        time.sleep(POLL_S)
