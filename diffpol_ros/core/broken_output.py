"""Ends a command whose output nobody reads any more, as behind `| head`, without a traceback."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ENDED = 128 + signal.SIGPIPE
"""The exit code of programs that end so."""


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Within it standard output may be closed by who reads it; the process then exits with ENDED."""
    try:
        yield
    except (BrokenPipeError, SystemExit):
        # Another pipe than standard output may have broken: that is an error.
        if not _left():
            raise
        sys.exit(ENDED)
    if _left():
        sys.exit(ENDED)


def _left() -> bool:
    """Return whether nobody reads standard output any more; what is still to be written then goes nowhere."""
    try:
        output = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(output, 0)
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True
