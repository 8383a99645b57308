"""Leaves nothing behind: stops process groups, and removes the shared memory that killed ones could not.

Run as a script this is the guard: it reads from standard input what the supervisor started, and removes their shared
memory in the end. When the pipe closes before that (the supervisor was killed), it stops them as well. It uses the
standard library only, so that it starts in a few milliseconds without site-packages.
"""

import json
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SHARED_MEMORY_FOLDER = Path("/dev/shm")
LOCK_FILE = re.compile(r"^/dev/shm/((?:fastrtps|fastdds)_\w+)_el$")
LADDER = ((signal.SIGINT, 3.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
POLL_S = 0.01
NOTE_PERIOD_S = 0.5


class Process(NamedTuple):
    """A process that cannot be mistaken for a later one of the same number.

    start: time of its start in clock ticks since boot.
    """

    pid: int
    start: int


def identify(pid: int) -> Process | None:
    """Return who `pid` is now, or None when it is gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]))


def is_alive(process: Process) -> bool:
    """Tell whether `process` still runs."""
    return identify(process.pid) == process


def stop_groups(leaders: Iterable[Process], ladder: Sequence[tuple[int, float]] = LADDER) -> list[Process]:
    """Signal the process group of every leader, step by step, until all are gone; return who had to be killed."""
    alive = [leader for leader in leaders if is_alive(leader)]
    killed: list[Process] = []
    for number, patience_s in ladder:
        if number == signal.SIGKILL:
            killed = list(alive)
        for leader in alive:
            _signal_group(leader.pid, number)
        deadline = time.monotonic() + patience_s
        while alive and time.monotonic() < deadline:
            time.sleep(POLL_S)
            alive = [leader for leader in alive if is_alive(leader)]
        if not alive:
            break
    return killed


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def shared_memory_of(pid: int) -> set[str]:
    """Return the names of the DDS segments and ports that `pid` owns: it holds their lock files open.

    Others map them too, and keep them mapped after the owner's death.
    """
    found: set[str] = set()
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return found
    for link in links:
        with suppress(OSError):
            found.update(LOCK_FILE.findall(str(link.readlink())))
    return found


def remove_shared_memory(names: Iterable[str], folder: Path = SHARED_MEMORY_FOLDER) -> list[Path]:
    """Remove the files of those segments and ports that no living process owns; return what was removed."""
    left = {name for name in names if any(path.exists() for path in _files(name, folder))}
    if left:
        everyone = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        left -= set().union(*map(shared_memory_of, everyone))
    removed = [path for name in sorted(left) for path in _files(name, folder) if path.exists()]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _files(name: str, folder: Path) -> tuple[Path, Path, Path]:
    """Return a segment or port with its lock file and its semaphore."""
    return folder / name, folder / f"{name}_el", folder / f"sem.{name}_mutex"


def main() -> int:
    """Note what the graph owns while it runs; remove it when it has ended; end it when the supervisor is dead."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    supervisor = os.getppid()
    processes: set[Process] = set()
    shared: set[str] = set()
    pending, released = b"", False
    while not released:
        heard = select.select([sys.stdin], [], [], NOTE_PERIOD_S)[0]
        shared |= set().union(*map(shared_memory_of, [supervisor, *(process.pid for process in processes)]))
        if heard:
            news = os.read(sys.stdin.fileno(), 1 << 16)
            if not news:
                break
            *lines, pending = (pending + news).split(b"\n")
            for message in map(json.loads, lines):
                processes.update(Process(*entry) for entry in message["processes"])
                released = message["released"]
    if not released:
        stop_groups(processes)
    remove_shared_memory(shared)
    return 0


if __name__ == "__main__":
    sys.exit(main())
