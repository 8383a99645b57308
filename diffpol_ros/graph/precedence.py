"""Which nodes go first where processors are scarce."""

import errno
import os
import time
from pathlib import Path

ATTEMPTS, PAUSE_S = 10, 0.12
"""Without privileges Linux takes one change of a session every tenth of a second, of all sessions together."""


def stand_back(process: int, niceness: int) -> None:
    """Let `process`, which leads a session, and all that it starts, stand back by `niceness` from this process.

    Linux shares processors among sessions first (autogroup), where the niceness of a process says nothing: a session
    has one of its own. Where there are no such groups, that of the process counts.
    """
    wanted = min(os.getpriority(os.PRIO_PROCESS, 0) + niceness, 19)
    os.setpriority(os.PRIO_PROCESS, process, wanted)
    if wanted == 0:
        # What every session begins with.
        return
    for _ in range(ATTEMPTS):
        try:
            Path(f"/proc/{process}/autogroup").write_text(str(wanted), encoding="ascii")
        except OSError as error:
            if error.errno != errno.EAGAIN:
                return
            time.sleep(PAUSE_S)
        else:
            return
