"""Whether another process of this machine still runs: the kernel tells at once when it ends, however it ends."""

import functools
import os
import select
import threading
from collections.abc import Callable
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
BEGAN = 19
"""Of a process's status, counted from after its name: when it began, in ticks since boot (proc(5), starttime)."""


def process_name(pid: int | None = None) -> str:
    """Return what names process `pid` (default: this one) among those of all machines; an empty text without /proc.

    What has the same name is the same process: its boot, its namespace of numbers, its number, and when it began.
    """
    return _own_name(os.getpid()) if pid is None else _name(pid)


class ProcessWatch:
    """Watches one process at a time. It costs nothing while that lives."""

    def __init__(self, ended: Callable[[str], None]) -> None:
        """Let `ended` be called, from a thread, with the name of a watched process that has ended."""
        self._ended, self._name = ended, ""
        self._watching: _Watching | None = None

    def follow(self, name: str) -> None:
        """Watch process `name`, and no other any more; one of another machine cannot be watched, nor this one."""
        if name == self._name:
            return
        self.close()
        self._name, pidfd = name, _open(name)
        if pidfd is not None:
            self._watching = _Watching(pidfd, lambda: self._ended(name))

    def close(self) -> None:
        """Watch nothing any more; not to be called from `ended`."""
        if self._watching is not None:
            self._watching.close()
        self._name, self._watching = "", None


class _Watching:
    """A thread that sleeps until a process has ended, or until it is told to end."""

    def __init__(self, pidfd: int, ended: Callable[[], None]) -> None:
        self._pidfd, self._ended = pidfd, ended
        self._hear, self._tell = os.pipe()
        self._thread = threading.Thread(target=self._wait, name="process-watch", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        poll.register(self._hear, select.POLLIN)
        happened = {file for file, _ in poll.poll()}
        if self._hear not in happened:
            self._ended()

    def close(self) -> None:
        os.write(self._tell, b".")
        self._thread.join()
        for file in (self._pidfd, self._hear, self._tell):
            os.close(file)


@functools.cache
def _own_name(pid: int) -> str:
    return _name(pid)


def _name(pid: int) -> str:
    try:
        # What follows the command's name, which may hold anything, in brackets.
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        namespace = str(Path(f"/proc/{pid}/ns/pid").readlink())
        return "/".join([BOOT.read_text(encoding="ascii").strip(), namespace, str(pid), status[BEGAN]])
    except OSError:
        return ""


def _open(name: str) -> int | None:
    """Return a file that becomes readable when process `name` ends; None where it is not to be had."""
    own, parts = process_name(), name.split("/")
    # A Python that was built for an old Linux lacks the call.
    if parts[:2] != own.split("/")[:2] or len(parts) != 4 or name == own or not hasattr(os, "pidfd_open"):
        return None
    try:
        pid = int(parts[2])
        pidfd = os.pidfd_open(pid)
    except (OSError, OverflowError, ValueError):
        return None
    # Looked at after it was opened: so it is not another process that got the number of one that has ended.
    if process_name(pid) != name:
        os.close(pidfd)
        return None
    return pidfd
