"""The machine: Python, processors, priority, clock, ports of DDS, memory that processes share, space for bags."""

import ctypes
import os
import platform
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from diffpol_ros.doctor.finding import Finding, ill, warning, well
from diffpol_ros.graph.ports import FIRST_DDS_PORT, LAST_DOMAIN, PORTS_A_DOMAIN, is_silent

OLDEST, NEWEST = (3, 10), (3, 12)
ENOUGH_CORES = 2
SHARED_MEMORY, NEEDED_SHARED_MIB, MANY_LEFTOVERS = Path("/dev/shm"), 256, 400
GOVERNORS = Path("/sys/devices/system/cpu")
REALTIME_PRIORITY = 20
TIME_ERROR = 5
BAG_GIB = 5.0
LARGEST_DOMAIN = 232
RTPRIO_CURE = (
    "add '<your user> - rtprio 98' to /etc/security/limits.conf, log in again, and set realtime_priority of the bridge"
)


def python() -> Finding:
    """Return whether this Python is one that the stack is tested with."""
    version = sys.version_info[:2]
    told = f"{platform.python_version()} on {platform.machine()}"
    if version < OLDEST:
        return ill("Python", told, f"install Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}")
    if version > NEWEST:
        return warning(
            "Python", f"{told}: newer than what is tested", f"use Python {NEWEST[0]}.{NEWEST[1]} if in doubt"
        )
    return well("Python", told)


def processors(folder: Path = GOVERNORS) -> Finding:
    """Return whether there are enough processors, and whether they save power."""
    cores = len(os.sched_getaffinity(0))
    governors = {path.read_text(encoding="ascii").strip() for path in folder.glob("cpu[0-9]*/cpufreq/scaling_governor")}
    if cores < ENOUGH_CORES:
        return warning(
            "processors", f"{cores}", "the twin's whole graph takes two; a robot's needs one free for itself"
        )
    if "powersave" in governors:
        return warning("processors", f"{cores}, saving power", "sudo cpupower frequency-set -g performance")
    return well("processors", f"{cores}" + (f", governor {', '.join(sorted(governors))}" if governors else ""))


def priority(limit: Callable[[], int] | None = None) -> Finding:
    """Return whether the bridge may run before all other threads."""
    allowed = limit() if limit else resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    if os.geteuid() == 0 or allowed == resource.RLIM_INFINITY or allowed >= REALTIME_PRIORITY:
        return well("real-time priority", "allowed")
    return warning("real-time priority", f"at most {allowed}: the bridge shares its time with all others", RTPRIO_CURE)


def clock(state: Callable[[], int] | None = None) -> Finding:
    """Return whether the kernel knows its clock as synchronised: stamps of several machines are compared."""
    if (state or _clock_state)() == TIME_ERROR:
        return warning("clock", "not synchronised", "sudo apt-get install chrony, on every computer of the graph")
    return well("clock", "synchronised")


def domain(named: str | None = None) -> Finding:
    """Return whether DDS may use the ports of this shell's ROS domain, and whether others are in it already."""
    thing, named = "ROS domain", os.environ.get("ROS_DOMAIN_ID") or "0" if named is None else named
    cure = f"export ROS_DOMAIN_ID=<a number from 0 to {LAST_DOMAIN}>, the same in every shell of the graph"
    if not named.isdecimal() or int(named) > LARGEST_DOMAIN:
        return ill(thing, f"ROS_DOMAIN_ID is {named!r}", cure)
    first = FIRST_DDS_PORT + PORTS_A_DOMAIN * int(named)
    told = f"{named}, UDP ports from {first}"
    if int(named) > LAST_DOMAIN:
        return warning(thing, f"{told}: Linux may lend them to other programs", cure)
    return well(thing, told + ("" if is_silent(int(named)) else "; nodes on this computer are in it already"))


def shared_memory(folder: Path = SHARED_MEMORY) -> Finding:
    """Return whether images can pass between processes without the network."""
    if not folder.is_dir():
        return ill("shared memory", f"{folder} is missing", "in a container: run it with --shm-size=1g, or --ipc=host")
    free_mib = shutil.disk_usage(folder).free / 2**20
    leftovers = sum(1 for path in folder.iterdir() if "fastrtps" in path.name or "fastdds" in path.name)
    told = f"{free_mib:.0f} MiB free in {folder}"
    if free_mib < NEEDED_SHARED_MIB:
        return ill("shared memory", told, "free some, or in a container: --shm-size=1g; images get lost without it")
    if leftovers > MANY_LEFTOVERS:
        return warning("shared memory", f"{told}, {leftovers} files of DDS", "with no graph running: fastdds shm clean")
    return well("shared memory", told)


def space(folder: Path) -> Finding:
    """Return whether bags have room in `folder`."""
    free_gib = shutil.disk_usage(folder).free / 2**30
    told = f"{free_gib:.1f} GiB free in {folder}"
    if free_gib < BAG_GIB:
        return warning("space for bags", told, "free some, or record fewer images or packed ones (image_format)")
    return well("space for bags", told)


def _clock_state() -> int:
    # struct timex is 208 bytes where pointers have 64 bits; modes 0 only asks.
    buffer = ctypes.create_string_buffer(512)
    return int(ctypes.CDLL(None).adjtimex(buffer))
