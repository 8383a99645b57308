"""The rows of the page: gate, tracking, object, end effector, seams, joints, gripper, inference."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.replay import accuracy, seams, verdicts
from diffpol_ros.replay.limit_use import position_use, velocity_use
from diffpol_ros.replay.plot import COLOURS, VERDICT_COLOURS
from diffpol_ros.replay.report.panel import Curve, Panel, Stretch
from diffpol_ros.replay.series import PoseSeries, Run, StatusRecord

TRACKING_COLOURS = {"tracking": "#8fce9f", "coasting": "#f2c14e", "stale": "#e08e45", "lost": "#d9667b"}
JOINT_COLOURS = ("#d1495b", "#e08e45", "#c9a227", "#3a7d44", "#2a9d8f", "#2e6fba", "#6a3d7c")
FAINT = "#9aa3ad"
JUMP = 0.05
"""[m] An object that moves so far between two samples was set elsewhere: the curve is interrupted."""
TIMED = ("assemble_ns", "encode_ns", "sample_ns", "decode_ns")


class Clock:
    """Turns stamps [ns] into seconds since the first message."""

    def __init__(self, run: Run) -> None:
        """Begin with the bag."""
        self._start_ns = run.span_ns[0]

    def __call__(self, stamps_ns: Any) -> NDArray[np.float64]:
        """Return seconds, for one stamp or for many."""
        return (np.asarray(stamps_ns, dtype=np.int64) - self._start_ns).astype(np.float64) * 1e-9


def panels(run: Run, description: RobotDescription) -> list[Panel]:
    """Return every row that has something to show, from top to bottom."""
    clock = Clock(run)
    names = sorted({*run.estimates, *run.truths})
    rows = [
        _gate(run, clock),
        *(_tracking(run, clock, name) for name in names),
        *(_object(run, clock, name) for name in names),
        *(_errors(run, clock, name) for name in names),
        _end_effector(run, clock),
        _seams(run, clock),
        *_joints(run, clock, description),
        _gripper(run, clock),
        _inference(run, clock),
    ]
    return [row for row in rows if not row.empty]


def _gate(run: Run, clock: Clock) -> Panel:
    found = [
        Stretch(
            float(clock(span.start_ns)),
            float(clock(span.end_ns)),
            VERDICT_COLOURS.get(span.verdict.word, FAINT),
            f"{span.verdict.word.lower()}: {span.verdict.reason}".rstrip(": "),
        )
        for span in verdicts.spans(run.gate, run.span_ns[1])
    ]
    return Panel("gate", stretches=found, height=34)


def _tracking(run: Run, clock: Clock, name: str) -> Panel:
    told = [status for status in run.objects if status.name == name]
    found: list[Stretch] = []
    for status, end_ns in zip(told, [*(each.published_ns for each in told[1:]), run.span_ns[1]], strict=True):
        start, end, word = float(clock(status.published_ns)), float(clock(end_ns)), _word(status)
        if found and found[-1].text == word:
            found[-1] = Stretch(found[-1].start, end, found[-1].colour, word)
        else:
            found.append(Stretch(start, end, TRACKING_COLOURS.get(word.split(" ")[0], FAINT), word))
    return Panel(f"{name} seen", stretches=found, height=34)


def _word(status: StatusRecord) -> str:
    tags, word = status.values.get("tags", ""), status.message.lower()
    return f"{word} ({tags} tag{'s' if tags != '1' else ''})" if tags not in ("", "0") else word


def _object(run: Run, clock: Clock, name: str) -> Panel:
    truth, estimate = run.truths.get(name), run.estimates.get(name)
    curves = []
    for axis, (letter, colour) in enumerate(zip("xyz", COLOURS, strict=True)):
        if truth is not None:
            curves.append(Curve(f"{letter} true", FAINT, clock(truth.stamps_ns), _broken(truth, axis)))
        if estimate is not None:
            values, spread = estimate.positions[:, axis], 2.0 * estimate.deviations[:, axis]
            low, high = values - spread, values + spread
            curves.append(Curve(letter, colour, clock(estimate.stamps_ns), values, dots=True, low=low, high=high))
    return Panel(f"{name}, band: 2 sigma", "m", curves)


def _broken(series: PoseSeries, axis: int) -> Array:
    values = series.positions[:, axis].copy()
    values[np.flatnonzero(np.linalg.norm(np.diff(series.positions, axis=0), axis=1) > JUMP)] = np.nan
    return values


def _errors(run: Run, clock: Clock, name: str) -> Panel:
    if name not in run.truths or name not in run.estimates:
        return Panel("")
    found = accuracy.errors(run.estimates[name], run.truths[name])
    times = clock(found.stamps_ns)
    curves = (
        Curve("position [mm]", "#5c6b7a", times, 1e3 * found.position, dots=True),
        Curve("rotation [deg]", "#d08c3f", times, np.degrees(found.rotation), dots=True),
    )
    return Panel(f"error of {name} against the truth", "", curves, height=90)


def _end_effector(run: Run, clock: Clock) -> Panel:
    curves = []
    for axis, (letter, colour) in enumerate(zip("xyz", COLOURS, strict=True)):
        times = _joined([clock(chunk.due_ns) for chunk in run.chunks])
        asked = _joined([chunk.positions[:, axis] for chunk in run.chunks])
        curves.append(Curve(f"{letter} asked", f"{colour}66", times, asked, width=0.7))
        poses = run.end_effector
        curves.append(Curve(letter, colour, clock(poses.stamps_ns), poses.positions[:, axis]))
    return Panel("end effector: executed, over the chunks asked for", "m", curves, height=190)


def _joined(parts: Sequence[Array]) -> Array:
    """Return parts one after the other, with a gap between any two."""
    return np.concatenate([np.append(part, np.nan) for part in parts]) if parts else np.zeros(0)


def _seams(run: Run, clock: Clock) -> Panel:
    found = seams.seams(run)
    jumps = [1e3 * each.jump for each in found]
    curve = Curve("jump", "#6a3d7c", clock([each.at_ns for each in found]), jumps, dots=True)
    return Panel("seam: how far a new chunk leads from the one before", "mm", [curve], height=90)


def _joints(run: Run, clock: Clock, description: RobotDescription) -> list[Panel]:
    times, limits = clock(run.joints.stamps_ns), description.limits
    return [
        _shares("joints: share of the way to a limit", times, position_use(run.joints, limits)),
        _shares("joint speeds", times, velocity_use(run.joints, limits)),
    ]


def _shares(title: str, times: Array, values: Array) -> Panel:
    pairs = enumerate(zip(values.T, JOINT_COLOURS, strict=True), start=1) if len(values) else ()
    curves = [Curve(str(number), colour, times, 100.0 * share, width=1.0) for number, (share, colour) in pairs]
    return Panel(title, "% of the limit", curves)


def _gripper(run: Run, clock: Clock) -> Panel:
    asked = Curve(
        "asked",
        "#b58ac2",
        _joined([clock(chunk.due_ns) for chunk in run.chunks]),
        _joined([1e3 * chunk.widths for chunk in run.chunks]),
        width=0.7,
    )
    widths = 1e3 * run.joints.positions[:, -2:].sum(axis=1) if len(run.joints) else ()
    return Panel("gripper", "mm", [asked, Curve("measured", "#6a3d7c", clock(run.joints.stamps_ns), widths)], height=90)


def _inference(run: Run, clock: Clock) -> Panel:
    told = [each for each in run.inferences if all(name in each.values for name in TIMED)]
    took = [1e-6 * sum(int(each.values[name]) for name in TIMED) for each in told]
    times = clock([each.published_ns for each in told])
    gaps = [1e-6 * (later.published_ns - each.published_ns) for each, later in pairwise(told)]
    curves = (
        Curve("took", "#2e6fba", times, took, dots=True),
        Curve("since the one before", FAINT, times[1:], gaps, dots=True),
    )
    return Panel("inference", "ms", curves, height=90)
