"""The rows of a replay's page: when decisions differ, and what was decided then and is decided now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.traces import Apart, Decided, Trace, Word, Words
from diffpol_ros.replay.plot import COLOURS, VERDICT_COLOURS
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.panel import FAINT, JOINT_COLOURS, Curve, Panel, Stretch

SLOTS, SHORTEST_S = 400, 1e-3
SAME, PARTLY, OTHERWISE = VERDICT_COLOURS.values()
THICK, THIN = 4.5, 1.2
GAP_S, GAP_PERIODS = 1.0, 5.0
"""Over a silence longer than this [s], and than this many periods, no line is drawn."""


def panels(results: Sequence[StageResult], clock: Clock) -> list[Panel]:
    """Return every row that has something to show: decisions of all stages, then each stage by itself."""
    traced = [(result.stage, result.traces) for result in results if result.traces is not None]
    rows = [_decided(stage, traces.decided, clock) for stage, traces in traced]
    for stage, traces in traced:
        rows += _gate(stage, traces.gate, clock) if traces.gate else []
        rows += [_course(stage, course, clock) for course in traces.courses]
    return [row for row in rows if not row.empty]


def _decided(stage: str, decided: Decided, clock: Clock) -> Panel:
    title = f"{stage} decides the same (green), partly (amber), otherwise (red)"
    return Panel(title, stretches=_alike(_slots(decided, clock)), height=34)


def _slots(decided: Decided, clock: Clock) -> Iterator[Stretch]:
    """Yield short stretches of time, with how many of their decisions differ."""
    times = clock(np.array(decided.stamps_ns, dtype=np.int64))
    if not len(times):
        return
    count = min(SLOTS, len(times))
    edges = np.linspace(times.min(), times.max() + SHORTEST_S, count + 1)
    places = np.searchsorted(edges, times, side="right") - 1
    made = np.bincount(places, minlength=count)
    wrong = np.bincount(places, weights=np.array(decided.differs, dtype=np.float64), minlength=count)
    for place in np.flatnonzero(made).tolist():
        yield Stretch(float(edges[place]), float(edges[place + 1]), *_judged(int(made[place]), int(wrong[place])))


def _alike(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches that follow one another with the same text as one."""
    found: list[Stretch] = []
    for each in stretches:
        if found and (found[-1].end, found[-1].text) == (each.start, each.text):
            found[-1] = replace(found[-1], end=each.end)
        else:
            found.append(each)
    return found


def _judged(made: int, wrong: int) -> tuple[str, str]:
    if not wrong:
        return SAME, "the same"
    return OTHERWISE if wrong == made else PARTLY, f"{wrong} of {made} differ"


def _gate(stage: str, words: Words, clock: Clock) -> list[Panel]:
    end = float(clock(words.end_ns))
    both = (("then", words.then), ("now", words.now))
    return [Panel(f"{stage}: the gate {name}", stretches=_said(said, clock, end), height=34) for name, said in both]


def _said(words: Sequence[Word], clock: Clock, end: float) -> list[Stretch]:
    starts = [float(clock(word.stamp_ns)) for word in words]
    return [
        Stretch(start, until, _colour(word), f"{word.name}: {word.text}".rstrip(": "))
        for word, start, until in zip(words, starts, [*starts[1:], end], strict=True)
    ]


def _colour(word: Word) -> str:
    return VERDICT_COLOURS.get(word.name.partition(".")[0].upper(), FAINT)


def _course(stage: str, course: Trace | Apart, clock: Clock) -> Panel:
    times, name = clock(course.stamps_ns), f"{stage}: {course.name}"
    colours = COLOURS if len(course.entries) <= len(COLOURS) else JOINT_COLOURS
    named = list(zip(course.entries, colours, strict=False))
    if isinstance(course, Apart):
        differs = np.nan_to_num(course.values).any()
        return Panel(name, course.unit, _curves(named, times, course.values, THIN) if differs else (), height=110)
    faint = [(f"{entry} then", f"{colour}55") for entry, colour in named]
    curves = *_curves(faint, times, course.then, THICK), *_curves(named, times, course.now, THIN)
    return Panel(f"{name}, then (thick) and now (thin)", course.unit, curves)


def _curves(named: Sequence[tuple[str, str]], times: Array, values: Array, width: float) -> list[Curve]:
    """Return a curve for each column, interrupted where it was silent for long."""
    pauses = np.diff(times)
    usual = float(np.median(pauses)) if len(pauses) else 0.0
    gaps = np.flatnonzero(pauses > max(GAP_S, GAP_PERIODS * usual)) + 1
    broken, at = np.insert(values, gaps, np.nan, axis=0), np.insert(times, gaps, times[gaps])
    return [Curve(*each, at, column, width) for each, column in zip(named, broken.T, strict=True)]
