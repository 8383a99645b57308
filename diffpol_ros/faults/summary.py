"""What many trials of one fault on one rig say together."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.trial import Trial


@dataclass(frozen=True)
class Row:
    """One line of the table. Times to safe in [s]; nan where the arm never had to be made safe.

    noticed: until the gate named it, and the arm began to brake [s]. gaps: trials in which a moving arm had to wait for
    its next target. void: attempts that said nothing, as the machine did not run them. starved: trials that failed so
    to the last attempt. failures: what was wrong, once each; empty: passed.
    """

    fault: str
    what: str
    rig: str
    expected: str
    seen: str
    noticed_median: float
    noticed_p99: float
    median: float
    p99: float
    worst: float
    target: float | None
    unsafe: int
    recovery: str
    trials: int
    gaps: int
    void: int
    starved: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every trial went as the fault says, and in time."""
        return not self.failures


def summarize(faults: Iterable[Fault], trials: Sequence[Trial]) -> list[Row]:
    """Return one row for each fault and rig that was tried."""
    rows = []
    for fault in faults:
        for rig in fault.rigs:
            own = [trial for trial in trials if (trial.fault, trial.rig) == (fault.name, rig)]
            if own:
                rows.append(_row(fault, rig, own))
    return rows


def _row(fault: Fault, rig: str, trials: Sequence[Trial]) -> Row:
    median, p99, worst = _percentiles(trial.safe for trial in trials)
    noticed = _percentiles(trial.noticed for trial in trials)
    seen = Counter(trial.verdict or "followed" for trial in trials if trial.passed or trial.verdict)
    return Row(
        fault=fault.name,
        what=fault.what,
        rig=rig,
        expected=", ".join(fault.words if rig == "start" else fault.expected) or "nothing",
        seen=", ".join(code for code, _ in seen.most_common()) or "nothing",
        noticed_median=noticed[0],
        noticed_p99=noticed[1],
        median=median,
        p99=p99,
        worst=worst,
        target=fault.target,
        unsafe=sum(bool(trial.unsafe) for trial in trials),
        recovery=fault.recovery.value,
        trials=len(trials),
        gaps=sum(bool(trial.gaps) for trial in trials),
        void=sum(trial.void for trial in trials),
        starved=sum(trial.starved for trial in trials),
        failures=tuple(dict.fromkeys([*_wrong(trials), *_late(fault, worst)])),
    )


def _percentiles(times: Iterable[float | None]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the longest of the times that there are."""
    found = [time for time in times if time is not None]
    median, p99, worst = np.percentile(found, [50, 99, 100]).tolist() if found else [math.nan] * 3
    return median, p99, worst


def _wrong(trials: Iterable[Trial]) -> Iterable[str]:
    for trial in trials:
        yield from (f"unsafe: {complaint}" for complaint in trial.unsafe)
        yield from trial.old
        if trial.complaint:
            yield trial.complaint


def _late(fault: Fault, worst: float) -> Iterable[str]:
    if fault.target is not None and worst > fault.target:
        yield f"safe after {worst:.3f} s, allowed {fault.target:g}"
