"""Runs stages again and prints what came of it."""

import math
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffpol_ros.cli.replay import STAGES, Replay
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.settings import closest
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.thresholds import excesses, load_thresholds
from diffpol_ros.reenact.together import replay_stages

SAME, CHANGED, NOTHING = 0, 1, 2


def run_replay(asked: Replay, console: Console | None = None) -> int:
    """Run the stages again, print a table and what differs; return the exit code."""
    console = console or Console(highlight=False)
    unknown = [stage for stage in asked.stages if stage not in STAGES]
    if unknown:
        raise SettingsError(f"--stages {unknown[0]}: there is no such stage; {closest(unknown[0], STAGES)}")
    began_s, stages = time.perf_counter(), [stage for stage in STAGES if stage in asked.stages]
    replayed = replay_stages(find_bag(asked.run_or_bag), _options(asked), stages)
    results = replayed.results
    if results:
        console.print(_table(results))
        console.print(f"in all: {max(each.span_s for each in results):.1f} s in {time.perf_counter() - began_s:.1f} s")
    for complaint in replayed.complaints:
        console.print(escape(complaint), style="yellow")
    _tell(results, replayed.refusals, console)
    if not results:
        return NOTHING
    same = _kept(asked.check, results, console) if asked.check else all(result.proven for result in results)
    if not same:
        return CHANGED
    return NOTHING if replayed.refusals else SAME


def find_bag(path: Path) -> Path:
    """Return the bag of a results folder, or `path` as it is."""
    if not path.exists():
        raise ResourceError(f"{path}: does not exist; give a results folder, a bag's folder or its file")
    return path / "bag" if (path / "bag").is_dir() else path


def _options(asked: Replay) -> ReplayOptions:
    return ReplayOptions(asked.namespace, asked.params, asked.robot, asked.model, asked.calibration)


def _kept(path: Path, results: Sequence[StageResult], console: Console) -> bool:
    """Return whether no more changed than the thresholds allow, and nothing speaks against the verdict."""
    thresholds = load_thresholds(path)
    found = [excess for result in results for excess in excesses(thresholds, result, path)]
    for each in found:
        console.print(escape(each), style="red")
    kept = not found and not any(result.complaints for result in results)
    console.print(f"{escape(str(path))}: {'kept' if kept else 'exceeded'}", style="green" if kept else "red")
    return kept


def _table(results: Sequence[StageResult]) -> Table:
    table = Table(title="run again, without ROS")
    for name in ("stage", "decisions", "the same, bit by bit", "not judged", "bag time [s]", "times faster"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for result in results:
        share = f"{result.equal} ({100.0 * result.equal / result.decisions:.4g} %)"
        times = f"{result.span_s:.1f}", f"{result.speed:.1f}"
        table.add_row(result.stage, str(result.decisions), share, str(result.not_judged), *times)
    return table


def _tell(results: Sequence[StageResult], refusals: Sequence[str], console: Console) -> None:
    for result in results:
        if result.first is not None:
            when = datetime.fromtimestamp(result.first.stamp_ns / NANOSECONDS, timezone.utc).isoformat()
            first = f"{result.stage}: first difference at {result.first.stamp_ns} ns ({when}): "
            console.print(first + escape(str(result.first.difference)), style="red")
            console.print(f"{result.stage}: at most changed: {_changes(result)}")
        for complaint in result.complaints:
            console.print(f"{result.stage}: {escape(complaint)}", style="red")
        for note in result.notes:
            console.print(f"{result.stage}: {escape(note)}", style="yellow")
    for refusal in refusals:
        console.print(escape(refusal), style="yellow")


def _changes(result: StageResult) -> str:
    changed = [change for change in result.changes if change.value or math.isnan(change.value)]
    return ", ".join(f"{each.name} {each.value:.6g} {each.unit}".rstrip() for each in changed) or "nothing measured"
