"""The supervisor's end of the guard: a process that cleans up when the supervisor itself is killed."""

import json
import subprocess
import sys
from collections.abc import Iterable

from diffpol_ros.graph import cleanup
from diffpol_ros.graph.cleanup import Process


class Guard:
    """Tells a guard process what to clean up, and releases it when nothing is left to do."""

    def __init__(self) -> None:
        """Start the guard in a session of its own, out of reach of a Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(cleanup.__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._told: set[str] = set()

    def watch(self, processes: Iterable[Process]) -> None:
        """Make the guard responsible for `processes`."""
        self._tell({"processes": list(processes)})

    def remember(self, shared_memory: Iterable[str]) -> None:
        """Make the guard responsible for segments of shared memory."""
        news = set(shared_memory) - self._told
        if news:
            self._told |= news
            self._tell({"shared_memory": sorted(news)})

    def release(self) -> None:
        """Let the guard go: everything is stopped and removed."""
        self._tell({"done": True})
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=5.0)

    def _tell(self, news: object) -> None:
        if self._process.poll() is None and self._process.stdin:
            self._process.stdin.write(json.dumps(news) + "\n")
            self._process.stdin.flush()
