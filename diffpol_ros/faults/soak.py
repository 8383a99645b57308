"""Fault after fault for a long time: nothing may be missed, and nothing may grow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from diffpol_ros.core.clock import Clock, to_ns
from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.rig import Rig
from diffpol_ros.faults.trial import Trial, run_trial

STATUS, OPEN_FILES = Path("/proc/self/status"), Path("/proc/self/fd")


@dataclass(frozen=True)
class Footprint:
    """What this process takes: resident memory [MB], threads, open files."""

    memory: float
    threads: int
    files: int


@dataclass(frozen=True)
class Soaked:
    """One trial of a soak and what the process took after it."""

    trial: Trial
    footprint: Footprint


def soak(rig: Rig, faults: Sequence[Fault], duration: float, clock: Clock) -> Iterator[Soaked]:
    """Do `faults` in turn on `rig` for `duration` [s] of `clock`, or until the rig is dead."""
    end_ns = clock.now_ns() + to_ns(duration)
    for fault in cycle(faults):
        if clock.now_ns() > end_ns or rig.dead:
            return
        yield Soaked(run_trial(fault, rig), footprint())


def footprint() -> Footprint:
    """Measure this process."""
    told = dict(line.split(":", 1) for line in STATUS.read_text(encoding="ascii", errors="replace").splitlines())
    memory = int(told["VmRSS"].split()[0]) / 1024.0
    return Footprint(memory=memory, threads=int(told["Threads"]), files=len(list(OPEN_FILES.iterdir())))
