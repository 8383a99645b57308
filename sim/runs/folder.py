"""A results folder while its run goes on: scalars to log.jsonl and TensorBoard, run.json beside them."""

import resource
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sim.errors import RunError
from sim.runs.machine import command_line, this_machine, this_source, versions
from sim.runs.record import RECORD, About, End, RunRecord, Session
from sim.runs.scalars import LOG, Scalar, read_scalars, rewrite_scalars

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

RESULTS = Path("results")
RECORD_EVERY = 30.0
"""How often run.json is brought up to date [s]."""


class RunLog:
    """Writes a run's scalars; a context manager, so that its end is written down however it comes.

    Nothing in the folder is ever half written but the last line of log.jsonl, which readers skip.
    """

    def __init__(self, folder: Path, about: About, *, step: int = 0, seconds: float = 0.0, events: bool = True) -> None:
        """Begin the run in `folder`, or go on with it after `step`, reached after `seconds` [s] of training.

        What was logged beyond `step` is dropped: it lies after the checkpoint, and will be logged again. At step 0
        all of it is. `events`: for TensorBoard too.
        """
        self.folder = folder
        self._start, self._cpu_start, self._seconds = time.monotonic(), _cpu_seconds(), seconds
        earlier = _earlier(folder, about) if step else ()
        kept = [scalar for scalar in read_scalars(folder) if scalar.step <= step] if step else []
        self._already = {scalar.name for scalar in kept if scalar.step == step}
        folder.mkdir(parents=True, exist_ok=True)
        rewrite_scalars(folder, kept)
        self._session = _session(step)
        self._record = RunRecord(about, (*earlier, self._session))
        self._write_record("running")
        self._lines = (folder / LOG).open("a", encoding="utf-8")
        self._events = _events(folder, step) if events else None

    @property
    def seconds(self) -> float:
        """Return how long the run has taken so far, earlier sessions included [s]."""
        return self._seconds + time.monotonic() - self._start

    def scalar(self, name: str, value: float, step: int) -> None:
        """Write that `name` is `value` after `step` updates or iterations."""
        if step == self._session.first_step and name in self._already:
            return
        self._lines.write(Scalar(name, step, self.seconds, float(value)).line())
        self._lines.flush()
        if self._events:
            self._events.add_scalar(name, value, step)
        self._session = replace(self._session, last_step=max(step, self._session.last_step))
        if time.monotonic() - self._recorded > RECORD_EVERY:
            self._write_record("running")

    def close(self, state: End = "finished") -> None:
        """End the session; once it is ended, this does nothing."""
        if self._lines.closed:
            return
        self._lines.close()
        if self._events:
            self._events.close()
        self._write_record(state)

    def __enter__(self) -> "RunLog":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session: stopped by Ctrl-C, failed by any other error."""
        self.close("finished" if kind is None else "stopped" if kind is KeyboardInterrupt else "failed")

    def _write_record(self, state: End) -> None:
        self._recorded = time.monotonic()
        self._session = replace(
            self._session,
            ended=_now(),
            wall_seconds=round(self._recorded - self._start, 1),
            cpu_seconds=round(_cpu_seconds() - self._cpu_start, 1),
            state=state,
        )
        self._record = replace(self._record, sessions=(*self._record.sessions[:-1], self._session))
        self._record.save(self.folder)


def run_folder(task: str, name: str, seed: int | None = None) -> Path:
    """Return results/<task>/<name>, or of one seed among several, results/<task>/<name>/seed<seed>."""
    folder = RESULTS / task / name
    return folder if seed is None else folder / f"seed{seed}"


def _events(folder: Path, step: int) -> "SummaryWriter":
    """Return TensorBoard's writer, which shall show nothing of before beyond `step`."""
    # It takes a second to import, which nobody who only reads runs should wait for.
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=step + 1 if step else 0)


def _earlier(folder: Path, about: About) -> tuple[Session, ...]:
    if not (folder / RECORD).exists():
        return ()
    record = RunRecord.load(folder)
    if record.about != about:
        raise RunError(f"{folder}: is a run of {record.about}, this is {about}: name another --output")
    return record.sessions


def _session(step: int) -> Session:
    now = _now()
    return Session(
        this_source(), command_line(), this_machine(), versions(), now, now, 0.0, 0.0, step, step, state="running"
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _cpu_seconds() -> float:
    """Return the processor time of this process and its finished children [s]."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
