"""The numbers beside a picture of curves: final values with their intervals, and what each method cost."""

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from sim.files import write_whole
from sim.runs.series import STEP, Group
from sim.statistics import Method


@dataclass(frozen=True)
class Row:
    """One method on one task: the scalar's interval at the end, steps done, minutes a run took (wall and processor)."""

    task: str
    method: str
    seeds: int
    scalar: str
    mean: float
    low: float | None
    high: float | None
    steps: int
    wall_minutes: float
    cpu_minutes: float


def rows_of(groups: Sequence[Group], y: str, last: int, method: Method = "t") -> list[Row]:
    """Return a row for each group."""
    return [_row(group, y, last, method) for group in groups]


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write all digits."""
    with write_whole(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows(astuple(row) for row in rows)


def markdown(rows: Sequence[Row], last: int) -> str:
    """Return the table for people."""
    scalar = rows[0].scalar
    value = scalar if last == 1 else f"{scalar}, mean of the last {last}"
    header = ["task", "method", "seeds", value, "95 % interval", "steps", "wall [min]", "CPU [min]"]
    lines = [header, ["---"] * len(header)]
    for row in rows:
        bounds = "one seed" if row.low is None or row.high is None else f"{row.low:.4g} .. {row.high:.4g}"
        costs = [f"{row.wall_minutes:.3g}", f"{row.cpu_minutes:.3g}"]
        lines.append([row.task, row.method, str(row.seeds), f"{row.mean:.4g}", bounds, str(row.steps), *costs])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(group: Group, y: str, last: int, method: Method) -> Row:
    final = group.final(y, last, method)
    steps = min(int(run.curve(y, STEP).x[-1]) for run in group.runs)
    wall = float(np.mean([run.wall_seconds for run in group.runs])) / 60.0
    cpu = float(np.mean([run.cpu_seconds for run in group.runs])) / 60.0
    return Row(group.task, group.method, final.count, y, final.mean, final.low, final.high, steps, wall, cpu)
