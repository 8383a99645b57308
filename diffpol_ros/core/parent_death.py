"""No process outlives the one that it works for, however that one ends."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent() -> None:
    """Ask the kernel for a SIGTERM to this process when the thread that started it ends, killed or not."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
