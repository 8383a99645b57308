"""A thread for each camera that looks at its newest frame; the libraries' searches run beside each other."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from diffpol_ros.core.clock import Clock
from diffpol_ros.core.journal.outside import Outside
from diffpol_ros.core.journal.unheard import Unheard
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.desk import Desk, Outcome
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.stage import EstimationStage


@dataclass(frozen=True, eq=False)
class Job:
    """A frame to look at, offered after the `era`-th reset."""

    frame: Frame
    era: int


class Mailbox:
    """Holds one job: a newer one takes its place, so that slowness never makes a queue."""

    def __init__(self) -> None:
        """Begin empty and open."""
        self._changed = threading.Condition()
        self._job: Job | None = None
        self._open = True

    def put(self, job: Job) -> bool:
        """Leave a job; return whether one that nobody took was thrown away for it."""
        with self._changed:
            replaced = self._job is not None
            self._job = job
            self._changed.notify()
            return replaced

    def take(self) -> Job | None:
        """Wait for a job; None once the box is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._job is not None or not self._open)
            job, self._job = self._job, None
            return job if self._open else None

    def close(self) -> None:
        """Let whoever waits go."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


class Workers:
    """Looks beside the caller; the caller offers frames and collects estimates, both in one thread."""

    def __init__(
        self, stage: EstimationStage, steady: Clock, ready: Callable[[], None], outside: Outside | None = None
    ) -> None:
        """Start a thread for each camera of `stage`; `ready` is called from them when there is something to collect.

        Whatever the threads decide by their speed goes through `outside`.
        """
        self._stage, self._steady, self._ready = stage, steady, ready
        self._outcomes: queue.SimpleQueue[tuple[int, int, Look | Exception]] = queue.SimpleQueue()
        self._boxes = {name: Mailbox() for name in stage.eyes}
        self._desk = Desk(stage, steady, self._put, self._next, outside or Unheard())
        self._threads = [
            threading.Thread(target=self._run, args=(box,), name=f"camera {name}", daemon=True)
            for name, box in self._boxes.items()
        ]
        for thread in self._threads:
            thread.start()

    def offer(self, frame: Frame, now_ns: int) -> bool:
        """Take a frame that arrives at `now_ns` of the stamps' clock; return whether it is good for a look."""
        return self._desk.offer(frame, now_ns)

    def collect(self, now_ns: int) -> list[ObjectEstimate]:
        """Absorb what has been looked at, in the order of completion, and return what it measured."""
        return self._desk.collect(now_ns)

    def reset(self) -> None:
        """Forget the objects, and whatever is being looked at now."""
        self._desk.reset()

    def close(self) -> None:
        """End the threads; a look that has begun is finished first."""
        for box in self._boxes.values():
            box.close()
        for thread in self._threads:
            thread.join()

    def _put(self, frame: Frame, era: int) -> bool:
        return self._boxes[frame.camera].put(Job(frame, era))

    def _next(self) -> Outcome | None:
        """Return what was looked at next, or raise what went wrong in it; None where there is nothing more."""
        if self._outcomes.empty():
            return None
        era, took_ns, look = self._outcomes.get()
        if isinstance(look, Exception):
            raise look
        return Outcome(era, took_ns, look)

    def _run(self, box: Mailbox) -> None:
        while (job := box.take()) is not None:
            self._outcomes.put(self._look(job))
            self._ready()

    def _look(self, job: Job) -> tuple[int, int, Look | Exception]:
        began_ns = self._steady.now_ns()
        look: Look | Exception
        try:
            look = self._stage.sight(job.frame)
        except Exception as error:  # noqa: BLE001
            # Raised again by `collect`, in the thread that can end the process.
            look = error
        return job.era, self._steady.now_ns() - began_ns, look
