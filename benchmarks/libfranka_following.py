"""One way to follow joint targets over libfranka, measured in a process of its own (two clients cannot share one).

Called by benchmarks.libfranka_tracking: `python -m benchmarks.libfranka_following RIVAL HOST RATE` prints JSON.
All goes by the robot's own time, since a simulation in Python may live slower than the clock.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from benchmarks.libfranka_rivals import RIVALS, Rival
from diffpol_ros.core.types import Array
from tests.simulated_fr3 import BEGINNING

SETTLING_S, ROUND_S, REST_S = 2.0, 2.0, 1.0
LOOK_HZ = 100
AMPLITUDE = 0.15
LAGS = np.arange(0.0, 0.4, 0.005)

Result = TypeVar("Result")


def wanted(seconds: Array, begin: Array) -> Array:
    """Return where the joints should be (n, 7) [rad] after `seconds` (n,)."""
    phase = 2.0 * np.pi * np.maximum(seconds, 0.0) / ROUND_S
    return begin + AMPLITUDE * 0.5 * (1.0 - np.cos(phase))[:, None]


def follow(rival: Rival, rate_hz: int) -> dict[str, float]:
    """Return what following shows: errors [mrad], lag [ms], times [us], processor [%], robot's time to the clock's.

    past_mrad: how far past its last target the arm rests where none follows while it moves.
    """
    begin = np.array(BEGINNING)
    rival.aim(begin)
    started_ms = rival.time_ms() + round(1e3 * SETTLING_S)
    looks = round(ROUND_S * LOOK_HZ)
    at, were, reads, sends = np.empty(looks), np.empty((looks, 7)), [], []
    began_s, used_s = 0.0, 0.0
    for look in range(looks):
        now_s = wait(rival, started_ms + look * 1000 // LOOK_HZ, started_ms)
        if look == 0:
            began_s, used_s = time.perf_counter(), processor_s()
        if look % (LOOK_HZ // rate_hz) == 0:
            target = wanted(np.array([now_s]), begin)[0]
            sends.append(timed(lambda goal=target: rival.aim(goal))[0])
        took_s, were[look] = timed(rival.positions)
        reads.append(took_s)
        at[look] = 1e-3 * (rival.time_ms() - started_ms)
    lasted_s = time.perf_counter() - began_s
    errors = [1e3 * np.sqrt(np.mean((were - wanted(at - lag, begin)) ** 2)) for lag in LAGS]
    best = int(np.argmin(errors))
    return {
        "rms_mrad": errors[0],
        "lag_ms": 1e3 * LAGS[best],
        "rest_mrad": errors[best],
        "send_us": 1e6 * float(np.median(sends)),
        "read_us": 1e6 * float(np.median(reads)),
        "cpu_percent": 100.0 * (processor_s() - used_s) / lasted_s,
        "pace": ROUND_S / lasted_s,
        "past_mrad": abandoned(rival, begin, rate_hz),
    }


def abandoned(rival: Rival, begin: Array, rate_hz: int) -> float:
    """Fall silent where the path is fastest; return how far past the last target the joints rest, in the mean."""
    started_ms, target = rival.time_ms() + round(1e3 * REST_S), begin
    for step in range(round(0.25 * ROUND_S * rate_hz) + 1):
        now_s = wait(rival, started_ms + step * 1000 // rate_hz, started_ms)
        target = wanted(np.array([now_s]), begin)[0]
        rival.aim(target)
    wait(rival, rival.time_ms() + round(1e3 * REST_S), started_ms)
    return 1e3 * float(np.mean(rival.positions() - target))


def wait(rival: Rival, due_ms: int, started_ms: int) -> float:
    """Wait until the robot's time is `due_ms` and return it, from `started_ms` on, in [s]."""
    while (now_ms := rival.time_ms()) < due_ms:
        time.sleep(0.001)
    return 1e-3 * (now_ms - started_ms)


def timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Return how long `call` took [s] and what it gave."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def processor_s() -> float:
    """Return the processor time this process used [s]."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    _, name, address, targets_hz = sys.argv
    print(json.dumps(follow(RIVALS[name](address), int(targets_hz))), flush=True)
    # Some clients wait at their end for a server that forgot to answer.
    os._exit(0)
