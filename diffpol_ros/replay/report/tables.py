"""The figures of the page: latency, what the gate said, what was seen, limits used, seams."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.replay import accuracy, latency, verdicts
from diffpol_ros.replay.distribution import Distribution, distribution
from diffpol_ros.replay.episodes import Episode
from diffpol_ros.replay.latency_series import one_clock
from diffpol_ros.replay.seams import seams
from diffpol_ros.replay.series import Run


@dataclass(frozen=True)
class Table:
    """Rows of texts under their headings. times: of each row [s], where they have one. wide: over the whole page."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    times: Sequence[float] = ()
    wide: bool = False


def tables(run: Run, description: RobotDescription, episodes: Sequence[Episode]) -> list[Table]:
    """Return every table that has rows."""
    found = [_episodes(episodes), _latency(run), _gate(run), _accuracy(run), _limits(run, description), _seams(run)]
    return [table for table in found if table.rows]


def _episodes(episodes: Sequence[Episode]) -> Table:
    rows = [
        (each.title, "success" if each.success else "failed", f"{each.duration_s:.1f} s", each.reason)
        for each in episodes
        if each.end_ns is not None
    ]
    return Table("episodes", ("", "outcome", "took", "why"), rows)


def _latency(run: Run) -> Table:
    if not one_clock(run):
        why = (("not told: the twin's clock did not run as fast as the world's", "", "", ""),)
        return Table("latency", ("", "median", "p99", "n"), why)
    measured = [(stage.name, stage.latency) for stage in latency.stages(run)]
    measured += [("period of joint targets", latency.command_periods(run))]
    rows = [_row(name, values, "ms") for name, values in measured if values.count]
    return Table("latency", ("", "median", "p99", "n"), rows)


def _gate(run: Run) -> Table:
    """Return how long each verdict was in force, the longest first."""
    lasted: dict[str, list[float]] = defaultdict(list)
    said: dict[str, str] = {}
    for span in verdicts.spans(run.gate, run.span_ns[1]):
        name = ".".join(filter(None, (span.verdict.word.lower(), span.verdict.name)))
        lasted[name].append(1e-9 * (span.end_ns - span.start_ns))
        said.setdefault(name, span.verdict.text)
    rows = [
        (name, f"{sum(times):.2f} s", str(len(times)), f"{max(times):.2f} s", said[name])
        for name, times in sorted(lasted.items(), key=lambda item: -sum(item[1]))
    ]
    return Table("what the gate said", ("verdict", "in all", "times", "longest", "said first"), rows)


def _accuracy(run: Run) -> Table:
    rows = []
    for name in sorted(set(run.estimates) & set(run.truths)):
        errors = accuracy.errors(run.estimates[name], run.truths[name])
        rows.append(_row(f"{name}, position", errors.position_mm, "mm"))
        rows.append(_row(f"{name}, rotation", errors.rotation_deg, "deg"))
    return Table("estimates against the truth", ("", "median", "p99", "n"), rows)


def _limits(run: Run, description: RobotDescription) -> Table:
    limits, joints = description.limits, run.joints
    if not len(joints) or not joints.velocities.size:
        return Table("", (), ())
    count = len(limits.lower)
    lower, upper = np.array(limits.lower), np.array(limits.upper)
    margins = np.minimum(joints.positions[:, :count] - lower, upper - joints.positions[:, :count]).min(axis=0)
    speeds = np.abs(joints.velocities[:, :count]).max(axis=0)
    rows = [
        (f"joint {index + 1}", f"{margins[index]:.3f} rad", f"{speeds[index]:.3f} rad/s", f"{100.0 * share:.0f} %")
        for index, share in enumerate(speeds / np.array(limits.velocity))
    ]
    return Table("joint limits used", ("", "least margin", "highest speed", "of its limit"), rows)


def _seams(run: Run) -> Table:
    jumps = distribution([1e3 * each.jump for each in seams(run)])
    return Table("seams", ("", "median", "p99", "n"), [_row("jump", jumps, "mm")] if jumps.count else [])


def _row(name: str, values: Distribution, unit: str) -> tuple[str, str, str, str]:
    return name, f"{values.median:.2f} {unit}", f"{values.p99:.2f} {unit}", str(values.count)
