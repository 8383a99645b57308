"""Ports of its own for every process that joins a graph, so that none begins with those of one that was killed.

FastDDS gives a process the first free ports of a row. Where a node is killed and started again, these are the ports of
the dead one, and those who still write to them may remove what the new one has just made of them: it lives, and never
hears them (upstream: eProsima/Fast-DDS issues 5053 and 5469). A number of one's own, at which the row begins, keeps
them apart.
"""

import os
from pathlib import Path

from diffpol_ros.graph.joining import PROFILE
from diffpol_ros.graph.ports import NUMBERS, user_port

MEMORY = Path("/dev/shm")
OWN_NUMBERS = NUMBERS[4:]
"""The first are left to tools."""
_PLACE = "<rtps>"


def take_own_ports(memory: Path = MEMORY) -> None:
    """Let the profile that the environment names, if any, say a number of this process's own.

    To be called before the first participant is made, which reads it then, and only where there is no other in this
    process: no two of one process may have the same number. A profile that says a number, or nothing of participants,
    stays as it is.
    """
    profile = Path(os.environ.get(PROFILE, ""))
    if not profile.is_file():
        return
    text = profile.read_text(encoding="utf-8")
    if text.count(_PLACE) != 1 or "participantID" in text:
        return
    number = own_number(_domain(), os.getpid(), memory)
    own = text.replace(_PLACE, f"{_PLACE}<participantID>{number}</participantID>")
    os.environ[PROFILE] = _written(own)


def own_number(domain: int, process: int, memory: Path = MEMORY) -> int:
    """Return a number of which nobody, dead or alive, has left a port in shared `memory`."""
    free = [number for number in OWN_NUMBERS if not (memory / f"fastrtps_port{user_port(domain, number)}").exists()]
    choice = free or OWN_NUMBERS
    return choice[process % len(choice)]


def _domain() -> int:
    return int(os.environ.get("ROS_DOMAIN_ID") or 0)


def _written(text: str) -> str:
    """Return the path of a file with `text`, in memory: it goes with this process, however that ends."""
    file = os.memfd_create("diffpol-dds-profile")
    os.write(file, text.encode())
    return f"/proc/{os.getpid()}/fd/{file}"
