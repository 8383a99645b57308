"""Times rivals in turn within one run, so that a machine that slows down slows all of them."""

import gc
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


def interleaved(
    rivals: Mapping[str, Callable[[], object]],
    rounds: int,
    warm_up: int = 5,
    pause_s: float = 0.0,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> dict[str, Times]:
    """Return the times [s] of `rounds` calls of each rival, one call of each a round.

    clock_ns: [ns]; time.process_time_ns counts what the processors did for this process, whoever else they work for.

    Each round has an order of its own: none always finds the caches as the same other left them. `pause_s` [s] before
    each call lets threads that one rival left spinning fall asleep before the next is timed.
    """
    for _ in range(warm_up):
        for call in rivals.values():
            call()
    times = {name: np.empty(rounds) for name in rivals}
    calls, order = list(rivals.items()), np.random.default_rng(0)
    gc.collect()
    gc.disable()
    try:
        for index in range(rounds):
            for place in order.permutation(len(calls)):
                name, call = calls[place]
                if pause_s:
                    time.sleep(pause_s)
                began_ns = clock_ns()
                call()
                times[name][index] = (clock_ns() - began_ns) * 1e-9
    finally:
        gc.enable()
    return times


def print_table(title: str, times: Mapping[str, Times], unit: str = "ms") -> None:
    """Print median and 99th percentile of each rival, and its median against the first one's."""
    scale = {"ms": 1e3, "us": 1e6}[unit]
    reference = float(np.median(next(iter(times.values()))))
    width = max(len(name) for name in times)
    print(f"\n{title}\n  {'':<{width}}  {'median':>9}  {'p99':>9}   ratio")
    for name, values in times.items():
        median, late = float(np.median(values)), float(np.percentile(values, 99))
        print(
            f"  {name:<{width}}  {median * scale:>6.3f} {unit}  {late * scale:>6.3f} {unit}  {median / reference:>6.2f}"
        )
