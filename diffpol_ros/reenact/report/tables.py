"""The figures of a replay: what came of each stage, what differs first and most, what it was set up with instead."""

import math
from collections.abc import Sequence

from diffpol_ros.reenact.result import StageResult
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.tables import Table


def tables(results: Sequence[StageResult], clock: Clock) -> list[Table]:
    """Return every table that has rows."""
    found = [stages_table(results), _changed(results), _replaced(results), _first(results, clock), _remarks(results)]
    return [table for table in found if table.rows]


def stages_table(results: Sequence[StageResult]) -> Table:
    """Return how much of each stage is the same."""
    headings = ("stage", "decisions", "the same, bit by bit", "not judged", "bag time [s]", "times faster")
    return Table("run again, without ROS", headings, [_stage(result) for result in results])


def changed(result: StageResult) -> list[tuple[str, str]]:
    """Return what of a stage changed, and by how much at most."""
    moved = [change for change in result.changes if change.value or math.isnan(change.value)]
    return [(change.name, f"{change.value:.6g} {change.unit}".rstrip()) for change in moved]


def _stage(result: StageResult) -> tuple[str, ...]:
    share = f"{result.equal} ({100.0 * result.equal / result.decisions:.4g} %)"
    times = f"{result.span_s:.1f}", f"{result.speed:.1f}"
    return (result.stage, str(result.decisions), share, str(result.not_judged), *times)


def _replaced(results: Sequence[StageResult]) -> Table:
    rows = [
        (result.stage, each.field, each.then, each.now)
        for result in results
        for each in (result.traces.replaced if result.traces else ())
    ]
    return Table("what was replaced", ("stage", "setting", "recorded", "asked for"), rows, wide=True)


def _first(results: Sequence[StageResult], clock: Clock) -> Table:
    rows, times = [], []
    for result in results:
        if result.first is not None:
            found, time = result.first.difference, float(clock(result.first.stamp_ns))
            by = "" if math.isnan(found.size) else f"{found.size:.3g}"
            rows.append((result.stage, f"{time:.3f} s", found.field, found.then, found.now, by))
            times.append(time)
    return Table("what differs first", ("stage", "at", "field", "then", "now", "by"), rows, times, wide=True)


def _changed(results: Sequence[StageResult]) -> Table:
    rows = [(result.stage, *each) for result in results for each in changed(result)]
    return Table("at most changed", ("stage", "what", "by"), rows)


def _remarks(results: Sequence[StageResult]) -> Table:
    rows = [(result.stage, "complaint", each) for result in results for each in result.complaints]
    rows += [(result.stage, "note", each) for result in results for each in result.notes]
    return Table("what else there is to know", ("stage", "", "what"), rows, wide=True)
