"""Hearing of the end of a connection from the thread in which grpc watches it."""

import threading
import time
from collections.abc import Callable

import grpc

# grpc looks every 0.2 s whether it still has to watch.
ENDING_SECONDS = 1.0


class ConnectionWatch:
    """Watches one channel at a time, and lets go of it before it is closed.

    On a channel that is closed under it grpc's thread raises, where nobody can catch it.
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._forget: Callable[[], None] = lambda: None
        self._threads: set[threading.Thread] = set()

    def begin(self, channel: grpc.Channel, forward: Callable[[grpc.ChannelConnectivity], None]) -> None:
        """Call `forward` with what becomes of `channel`, from another thread."""
        self.end()
        before = set(threading.enumerate())
        channel.subscribe(forward)
        # grpc does not tell which thread it started; one more that began just now is waited for in vain, but not long.
        self._threads = set(threading.enumerate()) - before
        self._forget = lambda: channel.unsubscribe(forward)

    def end(self) -> None:
        """Watch no longer; returns once grpc's thread has ended, or after ENDING_SECONDS."""
        self._forget()
        due = time.monotonic() + ENDING_SECONDS
        for thread in self._threads - {threading.current_thread()}:
            thread.join(max(0.0, due - time.monotonic()))
        self._forget, self._threads = lambda: None, set()
