"""Runs stages again and prints what came of it."""

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffpol_ros.cli.replay import STAGES, Replay
from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.journal.values import JournalError
from diffpol_ros.core.settings import closest
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.estimation import replay_estimation
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import ReplayError, StageResult
from diffpol_ros.reenact.thresholds import excesses, load_thresholds
from diffpol_ros.replay.bag_reader import BagReader

SAME, CHANGED, NOTHING = 0, 1, 2
REPLAYS: dict[str, Callable[[Path, ReplayOptions], StageResult]] = {
    "estimation": replay_estimation,
    "policy": replay_policy,
    "control": replay_control,
}


def run_replay(asked: Replay, console: Console | None = None) -> int:
    """Run the stages again, print a table and what differs; return the exit code."""
    console = console or Console(highlight=False)
    unknown = [stage for stage in asked.stages if stage not in STAGES]
    if unknown:
        raise SettingsError(f"--stages {unknown[0]}: there is no such stage; {closest(unknown[0], STAGES)}")
    bag, options = find_bag(asked.run_or_bag), _options(asked)
    results, refusals = [], []
    for stage in STAGES:
        if stage in asked.stages:
            try:
                results.append(REPLAYS[stage](bag, options))
            except (ReplayError, JournalError) as error:
                refusals.append(f"{stage}: {error}")
    if results:
        console.print(_table(results))
    for complaint in _complaints(bag):
        console.print(escape(complaint), style="yellow")
    _tell(results, refusals, console)
    if not results:
        return NOTHING
    same = _kept(asked.check, results, console) if asked.check else all(result.proven for result in results)
    if not same:
        return CHANGED
    return NOTHING if refusals else SAME


def find_bag(path: Path) -> Path:
    """Return the bag of a results folder, or `path` as it is."""
    if not path.exists():
        raise ResourceError(f"{path}: does not exist; give a results folder, a bag's folder or its file")
    return path / "bag" if (path / "bag").is_dir() else path


def _complaints(bag: Path) -> tuple[str, ...]:
    """Return what is wrong with the files of `bag`: what they hold is judged all the same."""
    reader = BagReader(bag)
    # Some is known only at the end.
    deque(reader.records(()), maxlen=0)
    return reader.complaints


def _options(asked: Replay) -> ReplayOptions:
    return ReplayOptions(asked.namespace, asked.params, asked.robot, asked.model, asked.calibration)


def _kept(path: Path, results: list[StageResult], console: Console) -> bool:
    """Return whether no more changed than the thresholds allow, and nothing speaks against the verdict."""
    thresholds = load_thresholds(path)
    found = [excess for result in results for excess in excesses(thresholds, result, path)]
    for each in found:
        console.print(escape(each), style="red")
    kept = not found and not any(result.complaints for result in results)
    console.print(f"{escape(str(path))}: {'kept' if kept else 'exceeded'}", style="green" if kept else "red")
    return kept


def _table(results: list[StageResult]) -> Table:
    table = Table(title="run again, without ROS")
    for name in ("stage", "decisions", "the same, bit by bit", "not judged", "bag time [s]", "times faster"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for result in results:
        share = f"{result.equal} ({100.0 * result.equal / result.decisions:.4g} %)"
        times = f"{result.span_s:.1f}", f"{result.speed:.1f}"
        table.add_row(result.stage, str(result.decisions), share, str(result.not_judged), *times)
    return table


def _tell(results: list[StageResult], refusals: list[str], console: Console) -> None:
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
