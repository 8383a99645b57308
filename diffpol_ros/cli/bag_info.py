"""`diffpol bag info`: a bag's contents as a table."""

from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffpol_ros.replay.about import About
from diffpol_ros.replay.bag_summary import BagSummary, summarize_bag

SHORT = 12


def print_info(path: Path) -> int:
    """Print what is in the bag; return 1 where something is wrong with it."""
    summary = summarize_bag(path)
    console = Console(highlight=False)
    first, last = summary.span_ns
    began = datetime.fromtimestamp(1e-9 * first, tz=timezone.utc)
    console.print(
        escape(
            f"{path}: {summary.messages} messages in {1e-9 * (last - first):.1f} s from {began:%Y-%m-%d %H:%M:%S} UTC, "
            f"{summary.size_bytes / 1e6:.1f} MB in {len(summary.files)} file{'s' * (len(summary.files) > 1)}"
        ),
        soft_wrap=True,
    )
    console.print(_table(summary))
    if summary.about is not None:
        _print_about(summary.about, console)
    else:
        console.print("nothing was recorded of code, parameters and calibration")
    for told in summary.lacking.told:
        console.print(escape(f"lost: {told}"), style="red" if summary.lacking.lost else None, soft_wrap=True)
    for complaint in summary.complaints:
        console.print(escape(complaint), style="red", soft_wrap=True)
    return 1 if summary.complaints or summary.lacking.lost else 0


def _table(summary: BagSummary) -> Table:
    table = Table(pad_edge=False, box=None)
    for heading in ("topic", "type"):
        table.add_column(heading, overflow="fold")
    for heading in ("messages", "Hz", "gap [s]", "back", "MB"):
        table.add_column(heading, justify="right")
    for topic in summary.topics:
        table.add_row(
            escape(topic.name),
            escape(topic.type_name.rsplit("/", 1)[-1]),
            str(topic.count),
            f"{topic.rate_hz:.1f}",
            f"{topic.longest_gap_s:.3f}",
            str(topic.backwards or ""),
            f"{topic.size_bytes / 1e6:.2f}",
        )
    return table


def _print_about(about: About, console: Console) -> None:
    code = about.code
    commit = f", commit {code.commit[:SHORT]}" if code.commit else ""
    told = [f"code: diffpol_ros {code.version}, sha256 {code.sha256[:SHORT]}{commit}, Python {code.python}"]
    told.append(
        f"machine: {code.machine}; " + ", ".join(f"{name} {version}" for name, version in code.libraries.items())
    )
    for bundle in about.bundles:
        told.append(f"bundle {bundle.name}: manifest.yaml {bundle.files.get('manifest.yaml', 'missing')[:SHORT]}")
    told += [f"{file.kind}/{file.name}: {file.sha256[:SHORT]}" for file in about.files]
    told.append("parameters of " + (", ".join(sorted(about.nodes)) or "no node"))
    for line in told:
        console.print(escape(line), soft_wrap=True)
    for complaint in about.complaints:
        console.print(escape(complaint), style="yellow", soft_wrap=True)
