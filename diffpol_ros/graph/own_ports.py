"""Ports of its own for every process that joins a graph, so that none begins with those of one that was killed.

FastDDS gives a process the first free ports of a row. Where a node is killed and started again, these are the ports of
the dead one, and those who still write to them may remove what the new one has just made of them: it lives, and never
hears them (upstream: eProsima/Fast-DDS issues 5053 and 5469). A number of one's own, at which the row begins, keeps
them apart.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diffpol_ros.graph.joining import PROFILE
from diffpol_ros.graph.ports import NUMBERS, user_port

MEMORY = Path("/dev/shm")
OWN_NUMBERS = NUMBERS[4:]
"""The first are left to tools."""
_PLACE = "<rtps>"


@contextmanager
def own_ports(memory: Path = MEMORY) -> Iterator[None]:
    """Let the profile that the environment names, if any, say a number of this process's own, while a context lasts.

    The process's first participant is made in it, and reads it then; and its only one: no two of a process may have
    the same number. A profile that says a number, or nothing of participants, stays as it is.
    """
    profile = os.environ.get(PROFILE, "")
    text = Path(profile).read_text(encoding="utf-8") if Path(profile).is_file() else ""
    if text.count(_PLACE) != 1 or "participantID" in text:
        yield
        return
    number = own_number(_domain(), os.getpid(), memory)
    with tempfile.NamedTemporaryFile("w", prefix="diffpol-dds-", suffix=".xml", encoding="utf-8") as own:
        own.write(text.replace(_PLACE, f"{_PLACE}<participantID>{number}</participantID>"))
        own.flush()
        os.environ[PROFILE] = own.name
        try:
            yield
        finally:
            os.environ[PROFILE] = profile


def own_number(domain: int, process: int, memory: Path = MEMORY) -> int:
    """Return a number of which nobody, dead or alive, has left a port in shared `memory`."""
    free = [number for number in OWN_NUMBERS if not (memory / f"fastrtps_port{user_port(domain, number)}").exists()]
    choice = free or OWN_NUMBERS
    return choice[process % len(choice)]


def _domain() -> int:
    return int(os.environ.get("ROS_DOMAIN_ID") or 0)
