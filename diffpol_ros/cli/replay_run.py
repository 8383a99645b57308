"""Runs stages again and prints what came of it."""

import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffpol_ros.cli.replay import STAGES, Replay
from diffpol_ros.cli.replay_page import check_path, write_replay_page
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.settings import closest
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.report.tables import changed, stages_table
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
    if asked.report is not None:
        check_path(asked.report)
    began_s, stages = time.perf_counter(), [stage for stage in STAGES if stage in asked.stages]
    bag, options = find_bag(asked.run_or_bag), _options(asked)
    replayed = replay_stages(bag, options, stages)
    results = replayed.results
    if results:
        console.print(_table(results))
        console.print(f"in all: {max(each.span_s for each in results):.1f} s in {time.perf_counter() - began_s:.1f} s")
    for complaint in replayed.complaints:
        console.print(escape(complaint), style="yellow")
    _tell(results, replayed.refusals, console)
    same, checked = all(result.proven for result in results), list[str]()
    if asked.check and results:
        same, checked = _check(asked.check, results)
    for line in checked:
        console.print(escape(line), style="green" if same else "red")
    if asked.report is not None:
        write_replay_page(asked.report, bag, options, replayed, checked)
        console.print(f"look at: {asked.report}", markup=False, soft_wrap=True)
    if results and not same:
        return CHANGED
    return NOTHING if replayed.refusals or not results else SAME


def find_bag(path: Path) -> Path:
    """Return the bag of a results folder, or `path` as it is."""
    if not path.exists():
        raise ResourceError(f"{path}: does not exist; give a results folder, a bag's folder or its file")
    return path / "bag" if (path / "bag").is_dir() else path


def _options(asked: Replay) -> ReplayOptions:
    changed = asked.params, asked.robot, asked.model, asked.calibration
    return ReplayOptions(asked.namespace, *changed, traced=asked.report is not None)


def _check(path: Path, results: Sequence[StageResult]) -> tuple[bool, list[str]]:
    """Return whether no more changed than the thresholds allow and nothing speaks against that, and what to say."""
    thresholds = load_thresholds(path)
    found = [excess for result in results for excess in excesses(thresholds, result, path)]
    kept = not found and not any(result.complaints for result in results)
    return kept, [*found, f"{path}: {'kept' if kept else 'exceeded'}"]


def _table(results: Sequence[StageResult]) -> Table:
    told = stages_table(results)
    table = Table(title=told.title)
    for name in told.headings:
        table.add_column(name, justify="left" if name == "stage" else "right")
    for row in told.rows:
        table.add_row(*row)
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
    return ", ".join(f"{name} {by}" for name, by in changed(result)) or "nothing measured"
