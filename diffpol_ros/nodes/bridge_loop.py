"""The thread in which the bridge ticks: the graph does not delay it, and what hangs in it does not block the graph."""

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.nodes.bridge_pace import LOOK_S, Pace

Work = Callable[[], None]
# A tick that takes longer to end is given up [s].
LONGEST_END_S = 2.0


class Defect(DiffpolError):
    """What was asked failed by a mistake; the log tells it whole."""


def claim_priority(priority: int) -> str:
    """Run the calling thread before all others (SCHED_FIFO) with `priority`; return why that is refused, or nothing."""
    if not priority:
        return ""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError as error:
        return (
            f"realtime_priority {priority} is refused ({error.strerror}), the loop runs like any other thread: "
            f"allow it by `ulimit -r {priority}`, or rtprio in /etc/security/limits.conf"
        )
    return ""


class BridgeLoop:
    """Ticks at a pace, and between ticks does what others ask for."""

    def __init__(self, tick: Work, on_defect: Callable[[Exception], None]) -> None:
        """Prepare to call `tick`; a mistake in it, or in what was asked, goes to `on_defect`, and the loop goes on."""
        self._tick, self._on_defect = tick, on_defect
        self._asked: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._ending, self._given_up = threading.Event(), threading.Event()
        self._ending.set()
        self._thread: threading.Thread | None = None
        self._pace: Pace | None = None
        self._failure: BaseException | None = None

    def start(self, pace: Pace, prepare: Work = lambda: None) -> None:
        """Begin to tick, after `prepare` was done in the thread."""
        # Of its own: a thread that was given up must not go on.
        self._ending, self._given_up = threading.Event(), threading.Event()
        self._pace = pace
        self._thread = threading.Thread(
            target=self._run, args=(pace, prepare, self._ending, self._given_up), name="bridge-loop", daemon=True
        )
        self._thread.start()

    def stop(self) -> bool:
        """End after one more tick, which tells why; refuse what waits. Safe to call twice. Return whether it ended."""
        self._ending.set()
        thread, ended = self._thread, True
        if self._pace is not None:
            self._pace.hurry()
        if thread is not None:
            thread.join(LONGEST_END_S)
            ended, self._thread = not thread.is_alive(), None
        if not ended:
            self._given_up.set()
        self._do_asked()
        return ended

    def post(self, work: Work, urgent: bool = False) -> None:
        """Do `work` before the next tick, which comes at once where it is `urgent`."""
        self._asked.put(work)
        if urgent and self._pace is not None:
            self._pace.hurry()
        if self._thread is None:
            self._do_asked()

    def run(self, work: Work) -> None:
        """Do `work` before the next tick and wait for that; raise what it raises, or ArmingError where none comes."""
        done: Future[None] = Future()
        ending, given_up = self._ending, self._given_up
        self._asked.put(lambda: _fulfil(done, work, ending))
        try:
            while not (done.done() or (ending.is_set() and done.cancel()) or given_up.is_set()):
                wait((done,), LOOK_S)
                self.check()
            done.result(0.0)
        except (CancelledError, FutureTimeoutError) as error:
            raise ArmingError("the bridge is not active, or ended before this was done: activate it") from error
        finally:
            # What nobody waits for any more must not happen.
            done.cancel()

    def check(self) -> None:
        """Raise what ended the thread, if anything did."""
        if self._failure is not None:
            raise self._failure

    def _run(self, pace: Pace, prepare: Work, ending: threading.Event, given_up: threading.Event) -> None:
        try:
            prepare()
            last = False
            while not last:
                due = pace()
                if given_up.is_set():
                    return
                last = ending.is_set()
                self._do_asked()
                if due or last:
                    self._attempt(self._tick)
        except BaseException as error:  # noqa: BLE001
            # Not even told of any more: told by whoever checks, and the node ends.
            self._failure = error

    def _do_asked(self) -> None:
        # Only what is there now: whoever asks faster than it is done must not keep the arm from its ticks.
        for _ in range(self._asked.qsize()):
            try:
                work = self._asked.get_nowait()
            except queue.Empty:
                return
            self._attempt(work)

    def _attempt(self, work: Work) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001
            # Whatever it was: an arm that is not stopped by name would be left to a thread that has ended.
            self._on_defect(error)


def _fulfil(done: "Future[None]", work: Work, ending: threading.Event) -> None:
    if ending.is_set():
        done.cancel()
    if not done.set_running_or_notify_cancel():
        return
    try:
        work()
    except DiffpolError as error:
        # Raised again by whoever waits.
        done.set_exception(error)
    except BaseException as error:
        done.set_exception(Defect(f"a defect, see the log: {type(error).__name__}: {error}"))
        raise
    else:
        done.set_result(None)
