"""Curves of runs as files: a picture, and the final values as CSV and as a table for people."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sim.files import write_whole
from sim.runs.drawing import Picture, draw
from sim.runs.series import Group, Run, find_runs, grouped
from sim.runs.table import Row, markdown, rows_of, write_csv


def curves(folders: Sequence[Path], picture: Picture, output: Path, last: int = 1) -> list[Row]:
    """Draw the runs in and below `folders`; final values are each run's mean over its `last` ones."""
    groups = grouped(_with(find_runs(folders), picture.y))
    _complain(groups, picture)
    draw(groups, picture, output)
    rows = rows_of(groups, picture.y, last, picture.interval)
    write_csv(rows, output.with_suffix(".csv"))
    with write_whole(output.with_suffix(".md")) as unfinished:
        unfinished.write_text(markdown(rows, last), encoding="utf-8")
    return rows


def _with(runs: Sequence[Run], y: str) -> list[Run]:
    """Return the runs that logged `y`, but all where none did."""
    logged = [run for run in runs if any(scalar.name == y for scalar in run.scalars)]
    for run in runs if logged else ():
        if run not in logged:
            print(f"{run.folder}: logged no {y!r}, left out", file=sys.stderr)
    return logged or list(runs)


def _complain(groups: Sequence[Group], picture: Picture) -> None:
    """Say where a curve ends early because one of its runs does."""
    for group in groups:
        ends = [float(run.curve(picture.y, picture.x).x[-1]) for run in group.runs]
        if min(ends) < 0.9 * max(ends):
            shortest = group.runs[ends.index(min(ends))].folder
            print(f"{group.task}, {group.method}: drawn up to {min(ends):g}, where {shortest} ends", file=sys.stderr)
