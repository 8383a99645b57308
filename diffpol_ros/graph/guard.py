"""The supervisor's end of the guard: a process that cleans up, also when the supervisor itself is killed."""

import json
import subprocess
import sys
from collections.abc import Sequence

from diffpol_ros.graph import cleanup
from diffpol_ros.graph.cleanup import Process

RELEASE_DEADLINE_S = 10.0


class Guard:
    """Tells a guard process whom to look after, and lets it go when they have ended."""

    def __init__(self) -> None:
        """Start the guard in a session of its own, out of reach of a Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(cleanup.__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def watch(self, processes: Sequence[Process]) -> None:
        """Make the guard responsible for `processes`."""
        self._tell(processes, released=False)

    def release(self) -> None:
        """Return when the guard has removed what the ended processes left in shared memory."""
        self._tell([], released=True)
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=RELEASE_DEADLINE_S)

    def _tell(self, processes: Sequence[Process], *, released: bool) -> None:
        if self._process.poll() is None and self._process.stdin:
            self._process.stdin.write(json.dumps({"processes": list(processes), "released": released}) + "\n")
            self._process.stdin.flush()
