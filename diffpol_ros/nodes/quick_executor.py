"""The executor of this ROS that takes the least of the processor."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from rclpy.context import Context
from rclpy.executors import Executor, SingleThreadedExecutor

try:
    from rclpy.experimental import EventsExecutor
except ImportError:
    # Humble: its only executors build a wait set for every message.
    EventsExecutor = None

TAKEN_OVER = (signal.SIGINT, signal.SIGTERM)


def quick_executor(context: Context) -> Executor:
    """Return one for nodes that need neither callback groups nor guard conditions; it takes SIGINT and SIGTERM over.

    An event costs a third of what it costs the single-threaded executor.
    """
    return SingleThreadedExecutor(context=context) if EventsExecutor is None else EventsExecutor(context=context)


@contextmanager
def guest_executor(context: Context) -> Iterator[Executor]:
    """Give one in a process that handles its signals itself; to be entered and left by the main thread."""
    executor = quick_executor(context)
    _give_signals_back()
    try:
        yield executor
    finally:
        executor.shutdown()
        # Its end lets the signals kill at once.
        del executor
        _give_signals_back()


def _give_signals_back() -> None:
    """Let Python handle again what it believes to handle."""
    for number in TAKEN_OVER:
        signal.signal(number, signal.getsignal(number))
