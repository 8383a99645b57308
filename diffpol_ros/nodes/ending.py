"""What Ctrl-C, SIGTERM and SIGHUP do to a node's process: break off a start, let what runs come to its end."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rclpy.context import Context
from rclpy.executors import Executor

from diffpol_ros.graph.signals import ENDING

LOOK_S = 0.1
PATIENCE_S = 1.0


class Ending:
    """Takes the signals in rclpy's place, which shuts the context down under whatever runs just then.

    A start is broken off wherever it is. Once the node is spun, the callback that runs is done first, and the node
    is closed while it can still publish: journals and bags end with all that happened. Who presses Ctrl-C again
    after PATIENCE_S is tired of waiting, and breaks that off too; a supervisor's SIGTERM does not.
    """

    def __init__(self) -> None:
        """Begin with a start that may be broken off."""
        self._asked_s: float | None = None
        self._patient = False

    def take_signals(self) -> None:
        """Be told of the signals from now on, whoever was; for the main thread."""
        for number in ENDING:
            # What `nohup` started outlives its terminal.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._arrive)

    def spin(self, executor: Executor, context: Context) -> None:
        """Spin until the end is asked for, or the context is shut down."""
        self._patient = True
        # By steps: `spin` of the events executor does not end when the context does.
        while self._asked_s is None and context.ok():
            executor.spin_once(timeout_sec=LOOK_S)

    def _arrive(self, number: int, _: FrameType | None) -> None:
        now_s = time.monotonic()
        asked_s = now_s if self._asked_s is None else self._asked_s
        # A terminal and what launched the process may both pass on the same Ctrl-C.
        impatient = number == signal.SIGINT and now_s - asked_s > PATIENCE_S
        broken_off = impatient or not self._patient
        self._asked_s, self._patient = asked_s, True
        if broken_off:
            raise KeyboardInterrupt


@contextmanager
def ending() -> Iterator[Ending]:
    """Give one that has taken the signals; to be entered and left by the main thread."""
    before = {number: signal.getsignal(number) for number in ENDING}
    taken = Ending()
    taken.take_signals()
    try:
        yield taken
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
