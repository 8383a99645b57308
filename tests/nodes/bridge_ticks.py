"""The bridge's loop without a bridge: ticks that are counted, and may be made to hang or to fail."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diffpol_ros.nodes.bridge_loop import BridgeLoop

DEADLINE_S = 10.0


class Ticks:
    """Counts ticks, which may be made to hang or to fail."""

    def __init__(self) -> None:
        self.count = 0
        self.ticked, self.let = threading.Event(), threading.Event()
        self.let.set()
        self.mistake: Exception | None = None

    def __call__(self) -> None:
        self.count += 1
        self.ticked.set()
        assert self.let.wait(DEADLINE_S)
        if self.mistake is not None:
            raise self.mistake


@contextmanager
def looping(ticks: Ticks, on_defect: Callable[[Exception], None]) -> Iterator[BridgeLoop]:
    """Give a loop of these ticks that is not started yet, and end it."""
    made = BridgeLoop(ticks, on_defect)
    yield made
    ticks.let.set()
    assert made.stop()
