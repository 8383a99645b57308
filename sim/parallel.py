"""The same work for many seeds, over a few processes, in order."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

from diffpol_ros.core.parent_death import end_with_parent
from sim.errors import SimulationError

Settings = TypeVar("Settings")
Result = TypeVar("Result")
Worker = Callable[[int], Result]

_worker: Worker | None = None


def parallel(
    make: Callable[[Settings], Worker[Result]], settings: Settings, seeds: Sequence[int], processes: int
) -> Iterator[Result]:
    """Yield `worker(seed)` for each seed; each process makes its worker once, by `make(settings)`."""
    if processes == 1:
        yield from map(make(settings), seeds)
        return
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (make, settings))
    try:
        yield from pool.map(_work, seeds)
    except BrokenProcessPool as error:
        raise SimulationError(
            f"one of {processes} processes has ended; what it said stands above (killed for want of memory, it says "
            "nothing): run fewer at a time"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(make: Callable[[Settings], Worker[Result]], settings: Settings) -> None:
    # Ctrl-C reaches every process of the terminal; only the parent answers it, and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A pool's processes wait for ever for one that was killed.
    end_with_parent()
    global _worker
    _worker = make(settings)


def _work(seed: int) -> Any:
    if _worker is None:
        raise RuntimeError("the process was not begun")
    return _worker(seed)
